"""The record of everything: one database, SQLite or PostgreSQL, behind two verbs.

`await db.read(work)` and `await db.write(work)` run `work(session)` in a thread; `write` returns only after the
commit. Rows must not leave `work`: return values. What has to wait for the commit (wake-ups, live updates) is handed
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
    """A name that this process alone holds."""

    def check(self, session: Session) -> bool:
        """Whether it is still held, and stays so until the session's transaction ends."""
        ...

    async def wait_until_lost(self) -> None:
        """Returns when the hold is no longer sure."""

    async def release(self) -> None: ...


_GIVES_WAY_SECONDS = 0.25


class _Traffic:
    """How many units of ordinary work are under way, so that what may wait can wait for a gap between them."""

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
        """Return when nothing is under way, after `_GIVES_WAY_SECONDS` at the latest."""
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
        """The same open database for what may wait: it reads in threads of its own, in the gaps between other work.

        Contacts are answered through the other one, so that any number of open pages cannot hold them up.
        """
        behind = copy.copy(self)
        behind._behind = True  # noqa: SLF001 - of the same class
        return behind

    @property
    def engine(self) -> Engine:
        """For migrations only; everything else goes through `read` and `write`."""
        return self._store.engine

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
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
        """Leave nothing of what was deleted before in the files of SQLite; PostgreSQL sees to that by itself, in time."""
        await self._store.purge()

    async def probe(self) -> None:
        """Write something that means nothing, as a unit of work would; raises what keeps the database from writing."""
        await self._store.probe()

    @property
    def restarts(self) -> int:
        """How often the writer of SQLite had to start again; PostgreSQL has none."""
        return self._store.restarts

    def holds(self, session: Session) -> bool:  # noqa: ARG002 - as `Held`
        """True: whoever has the database without a name's hold has nothing to lose."""
        return True

    async def exclusively(self, name: str, work: Callable[["Held"], Awaitable[None]]) -> None:
        """Run `work` while this process alone, of all that share the database, holds `name`.

        Waits until the name is free. Where the hold is lost (the connection to PostgreSQL broke, or another process took
        over), `work` is cancelled and started again once the name is held again; `work` returning or raising ends this.
        A process that dies lets go at once, one that gives no sign of life after 20 seconds. What `work` writes in the
        name's stead goes through the `Held` that it is given.
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
    """The database as the holder of a name has it: nothing is written once another process has taken over."""

    def __init__(self, database: Database, hold: Hold) -> None:
        self._database = database
        self._hold = hold

    def holds(self, session: Session) -> bool:
        """Whether the name is still held, and stays so until the session's transaction ends."""
        return self._hold.check(session)

    async def read(self, work: Work[T]) -> T:
        """As `Database.read`."""
        return await self._database.read(work)

    async def write(self, work: Work[T]) -> T:
        """As `Database.write`.

        Raises:
            LostHoldError: another process has taken over; nothing was written.
        """

        def run_fenced(session: Session) -> T:
            if not self._hold.check(session):
                raise LostHoldError
            return work(session)

        return await self._database.write(run_fenced)


async def _contained(result: "asyncio.Future[T]") -> T:
    """The result; what ends a thread must not end the program, so an exit is an error like any other."""
    try:
        return await result
    except (SystemExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"a unit of work raised {type(error).__name__}") from error


async def _race(work: Awaitable[None], loss: Awaitable[None]) -> bool:
    """True when `work` ended, False when the hold was lost first; the other one is cancelled and awaited."""
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
