"""The ASGI application with all pages, interfaces and webhooks."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels import Channel, Doored, Inlet
from bot.channels.registry import BADGES, DELETABLE_FOR, FORMATS, TITLES
from bot.channels.web.channel import ACCOUNT
from bot.conversation.forms import list_steps
from bot.simulator import phones
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from bot.web.chat.my_questions import OwnParts, own_router
from bot.web.chat.pages import Chat, ChatParts, chat_router
from bot.web.chat.question_form import QuestionForm, question_router
from bot.web.chat.visitors import Visitors
from bot.web.health import health_router
from bot.web.help import HelpParts, help_router
from bot.web.monitoring import OperatorsOnly
from bot.web.page_frame import HelpFrame
from bot.web.readiness import ReadinessParts
from bot.web.refusals import refusals
from bot.web.votes import votes_router
from bot.web.webhooks import BODY_BYTES, hook_router
from bot.wording.sentences import WORDBOOK
from handoff.api import ApiParts, api_app
from handoff.api.problems import refusal as api_refusal
from handoff.dashboard import DeskParts, Live, desk_router
from handoff.deliveries.outbox import Outbox
from handoff.messages.files import Rules
from handoff.people.access import Team
from handoff.people.agents import Staff
from handoff.people.private_links import LinkRules
from handoff.tickets.service import Desk
from handoff.webhooks.registry import Webhooks
from handoff.wording.overrides import Overrides
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from infra.web.body_limits import SLACK_BYTES, BodyLimits, BodyRule, Spool
from infra.web.head import HeadLikeGet
from infra.web.locale import preferred_language
from infra.web.security import SecurityHeaders
from knowledge.files.loading import MOST_BYTES
from knowledge.languages import LANGUAGES
from knowledge.live.library import Library

_FORM_BYTES = 1 << 16
_DESK_BYTES = _JSON_BYTES = 1 << 20
_IMPORT_BYTES = 20 << 20
_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
_FORWARDED = {"forwarded", "via", "x-real-ip"}
UPLOADS = 5
"""Maximum size of a request with files, in largest files."""
_UPLOADS_PER_ADDRESS, _UPLOADS_IN_ALL = 2, 8
"""Maximum number of concurrent requests with files of the largest size. Their data is kept in temporary files."""


def body_rules(upload: int) -> list[BodyRule]:
    """Return the size limits of bodies, by path; `upload` is the maximum size of a request with files in bytes."""
    return [
        BodyRule(re.compile(pattern), limit, files)
        for pattern, limit, files in (
            (r"/hooks/", BODY_BYTES, False),
            (r"/help/(chat/messages|ask)$", upload, True),
            (r"/desk/tickets/\d+/(reply|answer-all|note|insert|preview|draft(/files(/\d+/remove)?)?)$", upload, True),
            (r"/desk/profile/picture$", upload, True),
            (r"/desk/canned(/\d+(/files/\d+/remove)?)?$", upload, True),
            (r"/desk(/|$)", _DESK_BYTES, False),
            (r"/api/v1/tickets/\d+/reply-with-files$", upload, True),
            (r"/api/v1/entries/import$", min(MOST_BYTES, _IMPORT_BYTES) + SLACK_BYTES, True),
            (r"/api/", _JSON_BYTES, False),
        )
    ]


@dataclass(frozen=True, slots=True)
class Demo:
    """Contents of the demo's first page."""

    telegram: TelegramSimulator
    vk: VkSimulator
    person: int
    agent_email: str
    agent_password: str


@dataclass(frozen=True, slots=True)
class Site:
    """The application, with a function that ends its event streams before the server waits for them."""

    asgi: FastAPI
    hang_up: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SiteParts:
    """Dependencies of the pages, the REST interface and the webhooks."""

    readiness: ReadinessParts
    db: Database
    bus: Bus
    clock: Clock
    library: Library
    outbox: Outbox
    desk: Desk
    staff: Staff
    team: Team
    webhooks: Webhooks
    files: FileStore
    rules: Rules
    """Which files contacts may send."""
    channels: Mapping[str, Channel]
    """By account."""
    inlet: Callable[[str], Inlet]
    """Returns the inlet for an account's events."""
    language: str
    public_url: str | None
    embed_sites: tuple[str, ...]
    attachment_mb: int
    private_link_days: float


def build_site(parts: SiteParts, demo: Demo | None) -> Site:
    """Build the application; with `demo`, the two phones are the first page."""
    live = Live(parts.db, parts.bus, parts.clock)
    language, public_url = parts.language, parts.public_url
    site = FastAPI(title="Frontdesk", docs_url=None, redoc_url=None, openapi_url=None)
    site.add_exception_handler(HTTPException, _refused)
    site.include_router(health_router(parts.readiness))
    site.include_router(hook_router(parts.channels, parts.inlet))
    frame, visitors = HelpFrame(language), Visitors(public_url)
    chat = Chat(
        ChatParts(
            database=parts.db,
            files=parts.files,
            rules=parts.rules,
            bus=parts.bus,
            clock=parts.clock,
            frame=frame,
            inlet=parts.inlet(ACCOUNT),
            visitors=visitors,
            public_url=public_url,
            embed_sites=parts.embed_sites,
        )
    )
    upload = UPLOADS * parts.rules.bytes + SLACK_BYTES
    site.add_middleware(
        BodyLimits,
        rules=body_rules(upload),
        default=_FORM_BYTES,
        spool=Spool(limit=_UPLOADS_IN_ALL * upload, limit_per_address=_UPLOADS_PER_ADDRESS * upload),
        answer=refusals(frame, chat.refuse),
    )
    site.add_middleware(OperatorsOnly, database=parts.db, staff=parts.staff)
    site.add_middleware(SecurityHeaders, public_url=public_url)
    site.add_middleware(HeadLikeGet)
    help_page = HelpParts(parts.db, parts.library, frame, parts.clock)
    site.include_router(help_router(help_page))
    site.include_router(votes_router(help_page, public_url))
    site.include_router(chat_router(chat))
    site.include_router(question_router(QuestionForm(parts.db, chat)))
    link_rules = LinkRules(parts.private_link_days)
    site.include_router(
        own_router(OwnParts(parts.db, parts.files, parts.clock, frame, visitors, public_url, link_rules))
    )
    overrides = Overrides(WORDBOOK, parts.bus, parts.clock)

    def writes_first(account: str) -> bool:
        return account in parts.channels and parts.channels[account].limits.writes_first

    desk = DeskParts(
        database=parts.db,
        desk=parts.desk,
        outbox=parts.outbox,
        staff=parts.staff,
        bus=parts.bus,
        clock=parts.clock,
        library=parts.library,
        live=live,
        public_url=public_url,
        default_language=language,
        files=parts.files,
        attachment_mb=parts.attachment_mb,
        badges=BADGES,
        channel_titles=TITLES,
        channel_formats=FORMATS,
        deletable_for=DELETABLE_FOR,
        team=parts.team,
        ask_form=list_steps,
        overrides=overrides,
        webhooks=parts.webhooks,
        doors={name: channel.door for name, channel in parts.channels.items() if isinstance(channel, Doored)},
        may_write_first=writes_first,
    )
    site.include_router(desk_router(desk))
    api = ApiParts(
        database=parts.db,
        desk=parts.desk,
        outbox=parts.outbox,
        staff=parts.staff,
        team=parts.team,
        webhooks=parts.webhooks,
        library=parts.library,
        clock=parts.clock,
        default_language=language,
        files=parts.files,
        attachment_mb=parts.attachment_mb,
        overrides=overrides,
        public_url=public_url,
        may_write_first=writes_first,
    )
    site.mount("/api/v1", api_app(api))
    if demo is None:
        site.add_api_route("/", _to_help, include_in_schema=False)
    else:
        site.add_middleware(LocalOnly)
        login = (demo.agent_email, demo.agent_password)
        chosen = partial(preferred_language, default=language, languages=LANGUAGES)
        site.include_router(phones.router(demo.telegram, demo.vk, guest=demo.person, login=login, language_of=chosen))
        site.mount("/demo/static", StaticFiles(directory=phones.STATIC))

    async def hang_up() -> None:
        await chat.close()
        await live.close()

    return Site(site, hang_up)


async def _refused(request: Request, error: Exception) -> Response:
    """Answer an unknown address; programs get the REST interface's error format."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered only for this class
    if request.url.path.startswith("/api/"):
        return api_refusal(error.status_code, "not_found", str(error.detail), headers=error.headers)
    return await http_exception_handler(request, error)


async def _to_help() -> RedirectResponse:
    return RedirectResponse("/help")


class LocalOnly:
    """Middleware of the demo, which shows its agent's password: only browsers on this machine may reach it.

    Refuses requests for other host names (DNS rebinding) and requests forwarded by a proxy.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(Headers(scope=scope)):
            sentence = (
                "The demo answers on this machine only: open it at http://127.0.0.1, on the port that it named.\n"
            )
            await PlainTextResponse(sentence, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(headers: Headers) -> bool:
    if any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers):
        return False
    host, _, port = headers.get("host", "").lower().rpartition(":")
    name = host if host and port.isdecimal() else headers.get("host", "").lower()
    return name in _HOSTS and len(headers.getlist("host")) == 1
