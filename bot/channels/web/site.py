"""Everything that a browser, a program or a platform can reach, as one ASGI application."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from bot.app import App
from bot.channels.web.channel import ACCOUNT
from bot.channels.web.chat import Chat, ChatParts, chat_router
from bot.channels.web.frame import Frame
from bot.channels.web.health import health_router
from bot.channels.web.help import HelpParts, help_router
from bot.channels.web.hooks import hook_router
from bot.channels.web.local_only import LocalOnly
from bot.channels.web.own import OwnParts, own_router
from bot.channels.web.visitors import Visitors
from bot.simulator import phones
from bot.simulator.telegram import TelegramSimulator
from bot.simulator.vk import VkSimulator
from handoff.api import ApiParts, api_app
from handoff.dashboard import DeskParts, Live, SecurityHeaders, desk_router


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo's first page shows."""

    telegram: TelegramSimulator
    vk: VkSimulator
    person: int
    agent_email: str
    agent_password: str


@dataclass(frozen=True, slots=True)
class Site:
    """The application, and how to end its open event streams before the server waits for them."""

    asgi: FastAPI
    hang_up: Callable[[], Awaitable[None]]


def build_site(app: App, demo: Demo | None) -> Site:
    """Put every page, interface and webhook together; with `demo`, the two phones are the first page."""
    live = Live(app.db, app.bus, app.clock)
    language = app.settings.language
    public_url = str(app.settings.public_url) if app.settings.public_url else None
    site = FastAPI(title="Frontdesk", docs_url=None, redoc_url=None, openapi_url=None)
    site.add_middleware(SecurityHeaders)
    site.include_router(health_router(app))
    site.include_router(hook_router(app.channels, app.intake.inlet))
    frame, visitors = Frame(language), Visitors(public_url)
    chat = Chat(
        ChatParts(
            database=app.db,
            files=app.files,
            rules=app.attachments.rules,
            bus=app.bus,
            clock=app.clock,
            frame=frame,
            inlet=app.intake.inlet(ACCOUNT),
            visitors=visitors,
            public_url=public_url,
            embed_sites=app.settings.embed_sites,
        )
    )
    site.include_router(help_router(HelpParts(app.db, app.library, frame)))
    site.include_router(chat_router(chat))
    site.include_router(own_router(OwnParts(app.db, app.files, app.clock, frame, visitors, public_url)))
    desk = DeskParts(
        database=app.db,
        desk=app.desk,
        outbox=app.outbox,
        staff=app.staff,
        bus=app.bus,
        clock=app.clock,
        library=app.library,
        live=live,
        public_url=public_url,
        default_language=language,
        files=app.files,
        attachment_mb=app.settings.attachment_mb,
    )
    site.include_router(desk_router(desk))
    api = ApiParts(
        database=app.db,
        desk=app.desk,
        outbox=app.outbox,
        staff=app.staff,
        library=app.library,
        clock=app.clock,
        default_language=language,
        files=app.files,
        attachment_mb=app.settings.attachment_mb,
    )
    site.mount("/api/v1", api_app(api))
    if demo is None:
        site.add_api_route("/", _to_help, include_in_schema=False)
    else:
        site.add_middleware(LocalOnly)
        login = (demo.agent_email, demo.agent_password)
        site.include_router(phones.router(demo.telegram, demo.vk, guest=demo.person, login=login))
        site.mount("/demo/static", StaticFiles(directory=phones.STATIC))

    async def hang_up() -> None:
        await chat.close()
        await live.close()

    return Site(site, hang_up)


async def _to_help() -> RedirectResponse:
    return RedirectResponse("/help")
