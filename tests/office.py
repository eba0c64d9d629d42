"""A desk with agents: the real pages on a real database, for tests from outside."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Literal

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from bot.channels.registry import BADGES, DELETABLE_FOR, FORMATS, TITLES
from bot.conversation.forms import list_steps
from bot.web.help import HelpParts, help_router
from bot.web.page_frame import HelpFrame
from bot.wording.sentences import WORDBOOK
from handoff.api import ApiParts, api_app
from handoff.audit.log import COMMAND_LINE
from handoff.dashboard import DeskParts, Live, desk_router
from handoff.deliveries.outbox import Outbox
from handoff.deliveries.outcomes import Moved
from handoff.models import Agent, Contact, Delivery, DeliveryState, Message, MessageKind, Role
from handoff.people.access import Team
from handoff.people.agents import AgentView, Staff
from handoff.people.passwords import Passwords
from handoff.tickets.service import Desk
from handoff.webhooks.registry import Webhooks
from handoff.wording.overrides import Overrides
from infra.bus import LocalBus
from infra.database import Database
from infra.files import FileStore
from infra.outgoing import AddressRules
from infra.web.security import SecurityHeaders
from knowledge.files.loading import SourceFile, read_files
from knowledge.live.library import Library
from tests.servers.databases import make_tables

PASSWORD = "correct horse battery"
KNOWLEDGE = Path(__file__).parent / "help" / "knowledge.yaml"


# A hash says by itself what checking it costs: of this one little, where one that the program makes takes a fifth of a
# second. The sign-in that checks it is the real one; what the program's own hashes are is `test_staff`'s matter.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


async def _door() -> str | None:
    return "https://t.me/desk_bot?start="


async def _closed_door() -> str | None:
    """A platform that does not answer."""
    return None


def employ(session: Session, email: str, name: str, role: Role, at: datetime) -> AgentView:
    """Somebody at the desk, as `Staff.add` makes them but for the cost of the password."""
    row = Agent(email=email, name=name, role=role, password_hash=_HASH, created_at=at)
    session.add(row)
    session.flush()
    return AgentView(row.id, row.email, row.name, row.role)


class SlowHasher(PasswordHasher):
    """Computes nothing until it may; counts what it is asked to check."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.may = threading.Event()
        self.checked: list[str] = []
        self.at_once = self.most_at_once = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - argon2's own name
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.checked.append(str(hash))
        self.may.wait()
        self.at_once -= 1
        return super().verify(hash, password)


class Clock:
    """A clock that stands still until it is moved or started."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self._since: float | None = None

    def __call__(self) -> datetime:
        return self.now if self._since is None else self.now + timedelta(seconds=time.monotonic() - self._since)

    def starts(self) -> None:
        """Run from now on: where a page counts time of its own, a clock that stands still would contradict it."""
        self._since = time.monotonic()

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True, slots=True)
class Office:
    """Everything behind the pages, and the pages."""

    clock: Clock
    database: Database
    bus: LocalBus
    outbox: Outbox
    desk: Desk
    staff: Staff
    team: Team
    webhooks: Webhooks
    library: Library
    live: Live
    app: FastAPI
    files: FileStore
    overrides: Overrides

    async def agent(self, name: str, role: Role = Role.AGENT) -> AgentView:
        """Somebody who signs in with PASSWORD."""
        email = f"{name.lower()}@example.org"
        return await self.database.write(lambda session: employ(session, email, name, role, self.clock()))

    async def token(self, name: str, role: Role) -> str:
        return await self.database.write(lambda session: self.staff.add_token(session, name, role, COMMAND_LINE))

    async def asks(self, text: str, *, name: str = "Anna", account: str = "vk:main", language: str = "en") -> int:
        """Somebody new asks; the number of their question."""

        def write(session: Session) -> int:
            number = session.query(Contact).count() + 1
            contact = Contact(
                account=account,
                user_id=str(1000 + number),
                name=name,
                language=language,
                version=0,
                created_at=self.clock(),
                last_seen_at=self.clock(),
            )
            session.add(contact)
            session.flush()
            session.add(
                Message(contact_id=contact.id, kind=MessageKind.INCOMING, author=name, text=text, at=self.clock())
            )
            return self.desk.open(session, contact, text, reason="unanswered").id

        return await self.database.write(write)

    async def delivery(self, ticket: int, state: DeliveryState, reason: str | None = None) -> int:
        """Put the latest delivery of the ticket into a state, as the pump would; its id."""

        def write(session: Session) -> int:
            row = session.scalars(
                select(Delivery)
                .join(Message, Message.id == Delivery.message_id)
                .where(Message.ticket_id == ticket)
                .order_by(Delivery.id.desc())
            ).first()
            assert row is not None
            row.state, row.reason, row.updated_at = state, reason, self.clock()
            row.next_attempt_at = self.clock() + timedelta(seconds=15)
            self.desk.part_moved(session, Moved(row.contact_id, row.message_id, row.by_agent, state))
            return row.id

        return await self.database.write(write)

    async def texts(self, kind: MessageKind) -> list[str]:
        wanted = select(Message.text).where(Message.kind == kind).order_by(Message.id)
        return await self.database.read(lambda session: list(session.scalars(wanted)))

    @asynccontextmanager
    async def browser(
        self, language: str = "en", *, host: str = "127.0.0.1", **headers: str
    ) -> AsyncIterator["Browser"]:
        transport = httpx.ASGITransport(self.app, client=(host, 50_000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://desk.test", headers={"Accept-Language": language, **headers}
        ) as client:
            yield Browser(client)

    @asynccontextmanager
    async def signed_in(self, agent: AgentView, language: str = "en") -> AsyncIterator["Browser"]:
        async with self.browser(language) as browser:
            await browser.signs_in(agent.email)
            yield browser

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The pages on a port of their own; the address."""
        config = uvicorn.Config(
            self.app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=5, timeout_keep_alive=75
        )
        server = QuietServer(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            await self.live.close()
            server.should_exit = True
            await serving


class Browser:
    """A client that fills in our forms."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.csrf = ""

    async def signs_in(self, email: str, password: str = PASSWORD, to: str = "") -> httpx.Response:
        page = await self.client.get("/desk/login", params={"next": to} if to else None)
        form = {"csrf": field(page.text, "csrf"), "next": field(page.text, "next"), "email": email}
        answer = await self.client.post("/desk/login", data={**form, "password": password})
        if answer.status_code == 303:
            self.csrf = field((await self.client.get("/desk")).text, "csrf")
        return answer

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def sends(self, path: str, *, script: bool = False, **form: str) -> httpx.Response:
        """Send a form with the session's token, as a plain form or as the page's script does."""
        headers = {"HX-Request": "true"} if script else {}
        return await self.client.post(path, data={"csrf": self.csrf, **form}, headers=headers)


def field(html: str, name: str) -> str:
    """The value of the first field of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, f"no field {name}"
    return unescape(found.group(1))


def routes_of(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    """Every route, those of included routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from routes_of(included.routes)


@asynccontextmanager
async def open_office(
    folder: Path, *, public_url: str | None = None, passwords: Passwords | None = None
) -> AsyncIterator[Office]:
    clock, bus = Clock(), LocalBus()
    url = f"sqlite:///{folder}/frontdesk.db"
    make_tables(url)
    database = Database(url)
    outbox, staff, library = Outbox(bus, clock), Staff(clock, passwords), Library(database, bus, clock)
    desk, live = Desk(bus, clock, outbox), Live(database, bus, clock)
    team = Team(desk, bus, clock)
    webhooks = Webhooks(desk.journal.webhooks, AddressRules(["127.0.0.1"]), bus, clock)
    draft = read_files([SourceFile(KNOWLEDGE.name, KNOWLEDGE.read_bytes())])
    await database.write(lambda session: library.load(session, draft, author="test"))
    await library.refresh()
    files, overrides = FileStore(folder / "files"), Overrides(WORDBOOK, bus, clock)
    app = FastAPI(openapi_url=None)
    app.add_middleware(SecurityHeaders, public_url=public_url)
    app.include_router(
        desk_router(
            DeskParts(
                database,
                desk,
                outbox,
                staff,
                bus,
                clock,
                library,
                live,
                public_url,
                "ru",
                files,
                1,
                BADGES,
                TITLES,
                FORMATS,
                DELETABLE_FOR,
                team,
                list_steps,
                overrides,
                webhooks,
                {"telegram:main": _door, "vk:main": _closed_door},
            )
        )
    )
    app.include_router(help_router(HelpParts(database, library, HelpFrame("ru"))))
    app.mount(
        "/api/v1",
        api_app(ApiParts(database, desk, outbox, staff, team, webhooks, library, clock, "ru", files, 1, overrides)),
    )
    try:
        yield Office(clock, database, bus, outbox, desk, staff, team, webhooks, library, live, app, files, overrides)
    finally:
        await live.close()
        await bus.close()
        await database.close()


class QuietServer(uvicorn.Server):
    """A server that leaves the test run's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
