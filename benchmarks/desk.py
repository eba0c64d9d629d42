"""`make bench-desk`: the desk with a long queue, years of history and many open pages."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

import click
from sqlalchemy.orm import Session

from benchmarks import report, storages
from benchmarks.desk_rows import LONG_THREAD, OPEN, SOLVED, fill
from benchmarks.pages import Connection
from benchmarks.processes import Launched, Storage, frontdesk, furnish
from benchmarks.report import Figure
from bot.program.app import open_app
from bot.program.settings import Settings
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from handoff.people.agents import AgentProfile

PAGES = 50
PER_SECOND = 20
_SECONDS = 20.0
_ROUNDS = 25
_RESULTS = report.RESULTS / "desk"


async def desk(folder: Path, storage: Storage, say: Callable[[str], None]) -> list[Figure]:
    """Measure the pages of one storage, then many open pages at once."""
    await furnish(folder, storage)
    say(f"{storage.name}: {OPEN} open and {SOLVED} solved tickets")
    await asyncio.to_thread(fill, storage.database_url, say)
    async with open_app(Settings(database_url=storage.database_url)) as app:
        password = "a long enough password for a test"  # noqa: S105 - of temporary agents

        def people(session: Session) -> list[str]:
            agents = [
                app.staff.add(session, AgentProfile(f"a{n}@bench.test", f"A{n}", Role.AGENT), password, COMMAND_LINE)
                for n in range(5)
            ]
            return [app.staff.log_in(session, agents[n % 5].id) for n in range(PAGES)]

        secrets = await app.db.write(people)
    async with frontdesk(folder, storage, None, None) as running:
        say(f"{storage.name}: pages")
        figures = await _pages(running, storage, secrets[0])
        say(f"{storage.name}: {PAGES} open pages and {PER_SECOND} messages a second")
        return figures + await _many(running, storage, secrets)


async def _pages(running: Launched, storage: Storage, secret: str) -> list[Figure]:
    client, spent = await Connection(running.address, secret).open(), dict[str, float]()

    async def took(path: str, **query: str) -> float:
        times, before = [], running.processor_seconds()
        for _ in range(_ROUNDS):
            began = time.perf_counter()
            await client.body(f"{path}?{urlencode(query)}" if query else path)
            times.append(time.perf_counter() - began)
        spent[path] = (running.processor_seconds() - before) / _ROUNDS * 1000
        return median(times) * 1000

    figures = [
        Figure(f"queue, {storage.name}", await took("/desk/queue"), "ms", at_most=30),
        Figure(
            f"queue of solved questions, {storage.name}", await took("/desk/queue", show="solved"), "ms", at_most=30
        ),
        Figure(f"thread of {LONG_THREAD} messages, {storage.name}", await took("/desk/tickets/1"), "ms", at_most=50),
    ]
    for name, words in (
        ("a frequent word", "common"),
        ("a word of one message in 300", "middling"),
        ("a rare word", "seldom"),
        ("a frequent and a rare word", "common seldom"),
        ("an unknown word", "unicorn"),
    ):
        taken = await took("/desk/queue", q=words)
        figures.append(Figure(f"search for {name}, {storage.name}", taken, "ms", at_most=100))
    client.close()
    # On a shared machine the processor time says more than the time that passed.
    await took("/desk/queue")
    figures += [
        Figure(f"processor time of the queue, {storage.name}", spent["/desk/queue"], "ms"),
        Figure(f"processor time of the thread, {storage.name}", spent["/desk/tickets/1"], "ms"),
    ]
    return figures


async def _many(running: Launched, storage: Storage, secrets: list[str]) -> list[Figure]:
    await asyncio.sleep(2)
    before = running.resident_bytes()
    pages = [_Page(running.address, secret, 1 + 7 * number) for number, secret in enumerate(secrets)]
    for page in pages:
        await page.open()
    await asyncio.sleep(5)
    memory = (running.resident_bytes() - before) / PAGES / 1024
    replies: list[float] = []
    began = time.perf_counter()
    tasks = []
    for number in range(int(PER_SECOND * _SECONDS)):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(pages[number % PAGES].reply(number, replies)))
    await asyncio.gather(*tasks)
    await asyncio.sleep(3)
    updates = [taken for page in pages for taken in page.updates]
    missing = sum(len(page.waiting) for page in pages)
    for page in pages:
        await page.close()
    return [
        Figure(f"reply POST, p95, {storage.name}", quantiles(replies, n=20)[18] * 1000, "ms", at_most=50),
        Figure(f"commit to update of an open page, p95, {storage.name}", quantiles(updates, n=20)[18], "s", at_most=2),
        Figure(f"updates that never came, {storage.name}", missing, at_most=0),
        Figure(f"memory of an open page, {storage.name}", memory, "KB", at_most=200),
    ]


class _Page:
    """An open page: it follows the stream, fetches its thread when notified, and replies on a connection of its own."""

    def __init__(self, address: str, secret: str, ticket: int) -> None:
        self._ticket = ticket
        self._stream, self._fetches, self._posts = (Connection(address, secret) for _ in range(3))
        self._told = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._posting = asyncio.Lock()
        self._csrf = ""
        self.waiting: dict[bytes, float] = {}
        """Texts that the page does not show yet, with the time of their commit."""
        self.updates: list[float] = []

    async def open(self) -> None:
        for connection in (self._stream, self._fetches, self._posts):
            await connection.open()
        page = (await self._fetches.body(f"/desk/tickets/{self._ticket}")).decode()
        await self._fetches.body("/desk/queue")
        self._csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in (self._stream, self._fetches, self._posts):
            connection.close()

    async def _listen(self) -> None:
        await self._stream.ask("/desk/events")
        while line := await self._stream.reader.readline():
            if line.startswith((b"event: contact-", b"event: all")):
                self._told.set()

    async def _follow(self) -> None:
        while True:
            await self._told.wait()
            self._told.clear()
            if not self.waiting:
                continue
            shown = await self._fetches.body(f"/desk/tickets/{self._ticket}/thread")
            now = time.perf_counter()
            for text in [text for text in self.waiting if text in shown]:
                self.updates.append(now - self.waiting.pop(text))

    async def reply(self, number: int, replies: list[float]) -> None:
        async with self._posting:
            text = f"answer{number}x"
            form = urlencode({"csrf": self._csrf, "kind": "reply", "text": text})
            began = time.perf_counter()
            await self._posts.body(f"/desk/tickets/{self._ticket}/reply", form)
            replies.append(time.perf_counter() - began)
            self.waiting[text.encode()] = time.perf_counter()


@click.command()
@click.option("--only", type=click.Choice(["sqlite", "postgres"]), help="Measure one database, and write no results.")
def main(only: str | None) -> None:
    """Measure the desk on both databases."""
    began, figures = time.monotonic(), list[Figure]()

    def say(step: str) -> None:
        click.echo(f"[{time.monotonic() - began:4.0f} s] {step}", err=True)

    for name, storage in (("sqlite", storages.sqlite), ("postgres", storages.postgres)):
        if only in {None, name}:
            with storage() as (folder, where):
                figures += asyncio.run(desk(folder, where, say))
    click.echo(report.table(figures))
    if only is None:
        report.write(figures, _RESULTS, "make bench-desk")


if __name__ == "__main__":
    main()
