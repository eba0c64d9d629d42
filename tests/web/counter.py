"""The help site with the bot behind it: the whole program, and visitors who fill in its forms or use a real browser."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from tempfile import TemporaryDirectory

import httpx
from starlette.types import ASGIApp

from bot.channels.web.channel import ACCOUNT
from bot.program.app import App, open_app
from bot.program.http_connections import ConnectionLimits, Connections
from bot.program.roles import bind, server_config
from bot.program.settings import Settings
from bot.program.site_parts import site_parts
from bot.web.site import build_site
from handoff.models import Role
from infra.web.throttle import network_of
from knowledge.files.loading import SourceFile, read_files
from tests.conftest import Backend
from tests.journeys.stage import KNOWLEDGE, AgentOnStage, running
from tests.office import QuietServer, employ
from tests.servers.databases import make_tables

PATIENCE = 60.0
_BUTTON = re.compile(r'name="choice" value="([^"]+)">([^<]+)</button>')
_BUBBLE = re.compile(r'<li class="bubble (\w+)"[^>]*>.*?<div class="words">(.*?)</div>', re.DOTALL)
_KEY = re.compile(r'name="key" value="([^"]+)"')
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class VisitorOnSite:
    """Somebody with a browser without scripts."""

    client: httpx.AsyncClient

    async def opens(self, path: str = "/help/chat") -> str:
        return (await self.client.get(path)).text

    async def csrf(self) -> str:
        """The token of this visitor's forms."""
        return self._csrf(await self.opens())

    async def writes(self, text: str, key: str = "") -> httpx.Response:
        page = await self.opens()
        form = {"key": key or self._key(page), "text": text, "csrf": self._csrf(page)}
        return await self.client.post("/help/chat/messages", data=form)

    async def sends(self, text: str, *files: tuple[str, bytes, str], key: str = "") -> httpx.Response:
        """A message with files, each a name, its bytes and what the browser says that it is."""
        page = await self.opens()
        form = {"key": key or self._key(page), "text": text, "csrf": self._csrf(page)}
        return await self.client.post("/help/chat/messages", data=form, files=[("files", file) for file in files])

    async def presses(self, label: str) -> httpx.Response:
        page = await self.opens()
        choices = {unescape(words): choice for choice, words in _BUTTON.findall(page)}
        form = {"key": self._key(page), "choice": choices[label], "csrf": self._csrf(page)}
        return await self.client.post("/help/chat/presses", data=form)

    async def reads(self) -> list[tuple[str, str]]:
        """What stands on the page: whose bubble (mine, theirs or bot) and its words without their formatting."""
        page = await self.opens("/help/chat/thread")
        return [(who, unescape(re.sub(r"<[^>]+>", "", words))) for who, words in _BUBBLE.findall(page)]

    async def buttons(self) -> list[str]:
        return [unescape(words) for _, words in _BUTTON.findall(await self.opens("/help/chat/thread"))]

    async def hears(self, count: int) -> str:
        """Wait until so many bubbles are not the visitor's own; the words of the last."""
        async with asyncio.timeout(PATIENCE):
            while True:
                heard = [words for who, words in await self.reads() if who != "mine"]
                if len(heard) >= count:
                    return heard[-1]
                await asyncio.sleep(0.05)

    def _csrf(self, page: str) -> str:
        found = _CSRF.search(page)
        assert found is not None
        return found.group(1)

    def _key(self, page: str) -> str:
        found = _KEY.search(page)
        assert found is not None
        return found.group(1)


@dataclass
class Counter:
    """The running program."""

    app: App
    address: str
    connections: Connections

    @asynccontextmanager
    async def visitor(self, language: str = "ru", **headers: str) -> AsyncIterator[VisitorOnSite]:
        async with httpx.AsyncClient(
            base_url=self.address, headers={"Accept-Language": language, **headers}, follow_redirects=True, timeout=30
        ) as client:
            yield VisitorOnSite(client)

    async def agent(self, name: str) -> AgentOnStage:
        view = await self.app.db.write(
            lambda session: employ(session, f"{name}@example.org".lower(), name, Role.AGENT, self.app.clock())
        )
        return AgentOnStage(self.app, view)


@asynccontextmanager
async def open_counter(
    backend: Backend,
    *,
    limits: ConnectionLimits | None = None,
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    **settings: object,
) -> AsyncIterator[Counter]:
    with TemporaryDirectory() as files:
        make_tables(backend.database_url)
        given = {"database_url": backend.database_url, "redis_url": backend.redis_url, "burst_window": 0.0}
        async with _opened(
            Settings.model_validate({**given, "files_dir": files, **settings}), limits, around
        ) as counter:
            yield counter


@asynccontextmanager
async def _opened(
    settings: Settings, limits: ConnectionLimits | None, around: Callable[[ASGIApp], ASGIApp]
) -> AsyncIterator[Counter]:
    async with open_app(settings) as app:
        draft = read_files([SourceFile(KNOWLEDGE.name, KNOWLEDGE.read_bytes())])
        await app.db.write(lambda session: app.library.load(session, draft, author="test"))
        await app.library.refresh()
        site = build_site(site_parts(app), None)
        connections = Connections(limits or ConnectionLimits(), network_of)
        listener = bind("127.0.0.1", 0)
        server = QuietServer(server_config(around(site.asgi), connections, settings.trusted_proxies))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            async with running(app, ACCOUNT):
                yield Counter(app, f"http://127.0.0.1:{listener.getsockname()[1]}", connections)
        finally:
            await site.hang_up()
            server.should_exit = True
            await serving
