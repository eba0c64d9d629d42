"""Effect of open desk pages on contacts: reply latency with fifty pages compared with none.

Each page follows the event stream and fetches the queue when notified, as a browser does; meanwhile an agent changes a
question of the queue continually. Both figures come from one run of the program.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles
from typing import cast
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from benchmarks.processes import Storage, frontdesk, furnish
from benchmarks.report import Figure
from benchmarks.stream import crowd, platforms, stream
from bot.program.app import App, open_app
from bot.program.settings import Settings
from handoff.audit.log import COMMAND_LINE
from handoff.models import Contact, Role
from handoff.people.agents import AgentProfile
from infra.clock import utc_now

PAGES = 50
QUESTIONS = 60
PER_SECOND = 20
CHANGES_PER_SECOND = 5
GOAL = 2.0
_SETTLING = 3.0
_COOKIE = "frontdesk"


async def pages(folder: Path, storage: Storage, seconds: float, say: Callable[[str], None]) -> list[Figure]:
    """Measure the ratio of both p95, and how often a page fetched the queue."""
    say(f"pages on {storage.name}: {PER_SECOND} messages a second for {seconds:.0f} s, without and with {PAGES} pages")
    await furnish(folder, storage)
    async with open_app(Settings(database_url=storage.database_url)) as app:
        secrets = await app.db.write(lambda session: _people(session, app))
    count = int(PER_SECOND * seconds / 2)
    async with platforms() as (telegram, vk), frontdesk(folder, storage, telegram, vk) as running:
        await stream(crowd(20, telegram, vk), PER_SECOND)  # warm-up
        async with _desk(running.address, secrets[:1], 0):
            quiet = _p95(await stream(crowd(count, telegram, vk), PER_SECOND))
        async with _desk(running.address, secrets, PAGES) as fetched:
            watched = _p95(await stream(crowd(count, telegram, vk), PER_SECOND))
    return [
        Figure(f"message to reply, p95 with {PAGES} pages ÷ without, {storage.name}", watched / quiet, at_most=GOAL),
        Figure(f"message to reply, p95 with {PAGES} pages, {storage.name}", watched * 1000, "ms"),
        Figure(f"fetches of the queue, a page and second, {storage.name}", fetched[0] / PAGES / seconds, at_most=1),
    ]


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[18]


def _people(session: Session, app: App) -> list[str]:
    """Add agents with a session per page, and questions in the queue; returns the sessions' secrets."""
    password = "a long enough password for a test"  # noqa: S105 - of temporary agents
    ids = [
        app.staff.add(
            session, AgentProfile(f"a{one}@bench.test", f"Agent {one}", Role.AGENT), password, COMMAND_LINE
        ).id
        for one in range(5)
    ]
    for number in range(QUESTIONS):
        contact = Contact(
            account="vk:bench", user_id=str(number), name=f"Asker {number}", language="ru", version=0,
            created_at=utc_now(), last_seen_at=utc_now(),
        )  # fmt: skip
        session.add(contact)
        session.flush()
        app.desk.open(session, contact, f"Вопрос {number}: где моя страница?", reason="unanswered")
    return [app.staff.log_in(session, agent) for agent, _ in zip(itertools.cycle(ids), range(PAGES), strict=False)]


@asynccontextmanager
async def _desk(address: str, secrets: list[str], count: int) -> AsyncIterator[list[int]]:
    """Run an agent and open pages while the block runs; yields a list with how often they fetched the queue."""
    fetched = [0]
    steps = [_page(address, secret, fetched) for secret in secrets[:count]]
    tasks = [asyncio.create_task(step) for step in (*steps, _changes(address, secrets[0]))]
    await asyncio.sleep(_SETTLING)
    try:
        yield fetched
        if failed := [task for task in tasks if task.done()]:
            raise RuntimeError(f"a page gave up: {failed[0].exception()}")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Connection:
    """A minimal HTTP/1.1 client: fifty clients of a library would need more processor time than the program itself."""

    def __init__(self, address: str, secret: str) -> None:
        self._where = urlsplit(address)
        self._secret = secret
        self.reader, self._writer = asyncio.StreamReader(), cast("asyncio.StreamWriter", None)

    async def open(self) -> "Connection":
        host, port = self._where.hostname or "", self._where.port or 80
        self.reader, self._writer = await asyncio.open_connection(host, port)
        return self

    def close(self) -> None:
        self._writer.close()

    async def ask(self, path: str, form: str | None = None) -> bytes:
        """Send a request; returns the head of the answer. Raises for any status other than 200."""
        if self.reader.at_eof():  # the server closes idle connections
            self.close()
            await self.open()
        body = b"" if form is None else form.encode()
        head = (
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1\r\nHost: {self._where.netloc}\r\n"
            f"Cookie: {_COOKIE}={self._secret}\r\nHX-Request: true\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        try:
            answer = await self._exchange(head.encode() + body)
        except (ConnectionError, asyncio.IncompleteReadError):  # closed by the server while the request was on its way
            self.close()
            await self.open()
            answer = await self._exchange(head.encode() + body)
        if b" 200 " not in answer.partition(b"\r\n")[0]:
            raise RuntimeError(f"{path}: {answer[:200]!r}")
        return answer

    async def _exchange(self, request: bytes) -> bytes:
        self._writer.write(request)
        return await self.reader.readuntil(b"\r\n\r\n")

    async def body(self, path: str, form: str | None = None) -> bytes:
        head = (await self.ask(path, form)).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return await self.reader.readexactly(length)


async def _page(address: str, secret: str, fetched: list[int]) -> None:
    stream, other = [await Connection(address, secret).open() for _ in range(2)]
    told = asyncio.Event()

    async def listens() -> None:
        await stream.ask("/desk/events")
        while line := await stream.reader.readline():
            if line in {b"event: queue\n", b"event: all\n"}:
                told.set()

    listening = asyncio.create_task(listens())
    try:
        while True:
            await told.wait()
            told.clear()
            await other.body("/desk/queue")
            fetched[0] += 1
    finally:
        listening.cancel()
        stream.close()
        other.close()


async def _changes(address: str, secret: str) -> None:
    """Claim a question and release it continually, as an agent."""
    connection = await Connection(address, secret).open()
    page = (await connection.body("/desk")).decode()
    form = "csrf=" + page.partition('name="csrf" value="')[2].partition('"')[0]
    try:
        for verb in itertools.cycle(("claim", "release")):
            await connection.body(f"/desk/tickets/1/{verb}", form)
            await asyncio.sleep(1 / CHANGES_PER_SECOND)
    finally:
        connection.close()
