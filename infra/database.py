"""Database access for the whole program: one database, SQLite or PostgreSQL, behind two methods.

`await db.read(work)` and `await db.write(work)` run `work(session)` in a thread; `write` returns only after the commit.
Rows must not leave `work`: return values. Effects that have to wait for the commit (wake-ups, live updates) are passed
to `after_commit`.
"""

import asyncio
import contextlib
import copy
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from infra.errors import PlainError
from infra.storage.leases import LostHoldError
from infra.storage.postgres import PostgresStore
from infra.storage.sqlite import SqliteStore

T = TypeVar("T")
Work = Callable[[Session], T]


def after_commit(session: Session, effect: Callable[[], None]) -> None:
    """Call `effect` on the event loop once the unit of work is committed; never if it is rolled back."""
    session.info.setdefault("effects", []).append(effect)


class _Store(Protocol):
    """What differs between the two databases: SQLite has one writer, PostgreSQL has a pool."""

    engine: Engine

    @property
    def restarts(self) -> int: ...
    def read(self, work: Work[T], *, behind: bool = False) -> "asyncio.Future[T]": ...
    def write(self, work: Work[T]) -> "asyncio.Future[T]": ...
    def schema_change(self) -> AbstractContextManager[Connection]: ...
    async def purge(self) -> None: ...
    async def probe(self) -> None: ...
    async def hold(self, name: str) -> "Hold": ...
    def close(self) -> None: ...


class Hold(Protocol):
    """Exclusive hold of a name by this process."""

    def check(self, session: Session) -> bool:
        """Return whether the name is still held; if so, it stays held until the session's transaction ends."""
        ...

    async def wait_until_lost(self) -> None:
        """Return when the hold is no longer certain."""

    async def release(self) -> None: ...


_GIVES_WAY_SECONDS = 0.25


class _Traffic:
    """Counter of running units of ordinary work; background work waits for a gap between them."""

    def __init__(self) -> None:
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @contextmanager
    def count(self) -> Iterator[None]:
        self._under_way += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if self._under_way == 0:
                self._quiet.set()

    async def gap(self) -> None:
        """Return when no ordinary work is running, after `_GIVES_WAY_SECONDS` at the latest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GIVES_WAY_SECONDS):
                await self._quiet.wait()


class Database:
    """An open database. Safe to use from every task of one event loop."""

    def __init__(self, url: str) -> None:
        """Open `url` (`sqlite:///path` or `postgresql+psycopg://…`).

        Raises:
            PlainError: the address is not understood, the server cannot be reached, the folder cannot be written or
                another process holds the SQLite file.
        """
        self.url: URL = _parse(url)
        self.dialect = self.url.get_backend_name()
        self._store: _Store = SqliteStore(self.url) if self.dialect == "sqlite" else PostgresStore(self.url)
        self._traffic = _Traffic()
        self._behind = False

    def for_pages(self) -> "Database":
        """Return the same open database for background reads: it uses its own threads, in the gaps between other work.

        Contacts are answered through the ordinary one, so any number of open pages cannot delay them.
        """
        behind = copy.copy(self)
        behind._behind = True  # noqa: SLF001 - of the same class
        return behind

    @property
    def engine(self) -> Engine:
        """Engine for migrations only; everything else uses `read` and `write`."""
        return self._store.engine

    @property
    def file(self) -> Path | None:
        """Path of the SQLite file; None on PostgreSQL."""
        return Path(self.url.database or "").absolute() if self.dialect == "sqlite" else None

    def schema_change(self) -> AbstractContextManager[Connection]:
        """Open one transaction that may rebuild tables: all of it is committed, or nothing.

        SQLite enforces no foreign keys within it, so that a referenced table can be replaced; they are checked before
        the commit. Use it before anything else uses the database.

        Raises:
            PlainError: a row refers to a row that does not exist, or the disk is full. Nothing has changed.
        """
        return self._store.schema_change()

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a read-only snapshot and return its result.

        `work` may be run again when the connection to PostgreSQL is lost.
        """
        if self._behind:
            await self._traffic.gap()
            return await _contained(self._store.read(work, behind=True))
        with self._traffic.count():
            return await _contained(self._store.read(work))

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction, commit, and return its result.

        `work` may be run again when PostgreSQL reports a deadlock or loses the connection before the commit, so it
        does nothing but talk to the session.
        """
        with self._traffic.count():
            return await _contained(self._store.write(work))

    async def purge(self) -> None:
        """Purge deleted data from SQLite's files; PostgreSQL does this by itself, in time."""
        await self._store.purge()

    async def probe(self) -> None:
        """Write a meaningless value as a unit of work would; raise what prevents the database from writing."""
        await self._store.probe()

    @property
    def restarts(self) -> int:
        """Number of times that SQLite's writer was restarted; 0 on PostgreSQL, which has none."""
        return self._store.restarts

    def holds(self, session: Session) -> bool:  # noqa: ARG002 - as `Held`
        """True if the process already has the database to itself, so that a hold of a name cannot be lost."""
        return True

    async def exclusively(self, name: str, work: Callable[["Held"], Awaitable[None]]) -> None:
        """Run `work` while this process is the only one sharing the database that holds `name`.

        Waits until the name is free. If the hold is lost (the connection to PostgreSQL broke, or another process took
        over), `work` is cancelled and started again once the name is held again; `work` returning or raising ends this.
        If the holding process dies, the name is free at once; if it gives no sign of life, after 20 seconds. `work`
        writes on behalf of the name through the `Held` that it receives.
        """
        while True:
            lock = await self._store.hold(name)
            try:
                if await _race(work(Held(self, lock)), lock.wait_until_lost()):
                    return
            finally:
                await lock.release()

    async def close(self) -> None:
        await asyncio.to_thread(self._store.close)


class Held:
    """Database as the holder of a name uses it: writes fail once another process has taken over."""

    def __init__(self, database: Database, hold: Hold) -> None:
        self._database = database
        self._hold = hold

    def holds(self, session: Session) -> bool:
        """Return whether the name is still held; if so, it stays held until the session's transaction ends."""
        return self._hold.check(session)

    async def read(self, work: Work[T]) -> T:
        """Read as `Database.read` does."""
        return await self._database.read(work)

    async def write(self, work: Work[T]) -> T:
        """Write as `Database.write` does.

        Raises:
            LostHoldError: another process has taken over; nothing was written.
        """

        def run_fenced(session: Session) -> T:
            if not self._hold.check(session):
                raise LostHoldError
            return work(session)

        return await self._database.write(run_fenced)


async def _contained(result: "asyncio.Future[T]") -> T:
    """Return the result of `work`; turn an exit in a thread into an ordinary error, so that the program goes on."""
    try:
        return await result
    except (SystemExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"a unit of work raised {type(error).__name__}") from error


async def _race(work: Awaitable[None], loss: Awaitable[None]) -> bool:
    """Return True when `work` ended, False when the hold was lost first; the other one is cancelled and awaited."""
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(loss)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
            return True
        return False
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise PlainError("FRONTDESK_DATABASE_URL is not a database address, e.g. sqlite:///var/frontdesk.db") from error
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise PlainError("FRONTDESK_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    if parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise PlainError("FRONTDESK_DATABASE_URL names no file, e.g. sqlite:///var/frontdesk.db")
    return parsed
