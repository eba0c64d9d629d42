"""The record of everything: one database, SQLite or PostgreSQL, behind two verbs.

`await db.read(work)` and `await db.write(work)` run `work(session)` in a thread; `write` returns only after the
commit. Rows must not leave `work`: return values. What has to wait for the commit (wake-ups, live updates) is handed
to `after_commit`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from infra.errors import PlainError
from infra.sqlite import SqliteStore

T = TypeVar("T")
Work = Callable[[Session], T]

_POSTGRES_CONNECTIONS = 8
_ATTEMPTS = 3
_RETRYABLE_STATES = {"40001", "40P01"}  # serialisation failure, deadlock


def after_commit(session: Session, effect: Callable[[], None]) -> None:
    """Call `effect` on the event loop once the unit of work is committed; never if it is rolled back."""
    session.info.setdefault("effects", []).append(effect)


class _Store(Protocol):
    """What differs between the two databases: SQLite has one writer, PostgreSQL has a pool."""

    engine: Engine

    def read(self, work: Work[T]) -> "asyncio.Future[T]": ...
    def write(self, work: Work[T]) -> "asyncio.Future[T]": ...
    def close(self) -> None: ...


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

    @property
    def engine(self) -> Engine:
        """For migrations only; everything else goes through `read` and `write`."""
        return self._store.engine

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a read-only snapshot and return its result."""
        return await self._store.read(work)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction, commit, and return its result.

        `work` may be run again when PostgreSQL reports a deadlock or loses the connection before the commit, so it
        does nothing but talk to the session.
        """
        return await self._store.write(work)

    async def close(self) -> None:
        await asyncio.to_thread(self._store.close)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise PlainError("FRONTDESK_DATABASE_URL is not a database address, e.g. sqlite:///var/frontdesk.db") from error
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise PlainError("FRONTDESK_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    if parsed.drivername == "sqlite" and not parsed.database:
        raise PlainError("FRONTDESK_DATABASE_URL names no file, e.g. sqlite:///var/frontdesk.db")
    return parsed


class PostgresStore:
    """PostgreSQL behind a pool: each unit of work in a thread of its own, READ COMMITTED, rows locked where needed."""

    def __init__(self, url: URL) -> None:
        self.engine = create_engine(
            url,
            pool_size=_POSTGRES_CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC"},
        )
        try:
            self.engine.connect().close()
        except OperationalError as error:
            self.engine.dispose()
            where = url.render_as_string(hide_password=True)
            raise PlainError(
                f"The database {where} cannot be reached: start PostgreSQL or mend FRONTDESK_DATABASE_URL."
            ) from error
        self._threads = ThreadPoolExecutor(_POSTGRES_CONNECTIONS, thread_name_prefix="postgres")

    def read(self, work: Work[T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, self._read, work)

    def write(self, work: Work[T]) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, self._write, work, loop)

    def close(self) -> None:
        self._threads.shutdown()
        self.engine.dispose()

    def _read(self, work: Work[T]) -> T:
        with Session(self.engine) as session:
            session.connection(execution_options={"postgresql_readonly": True})
            return work(session)

    def _write(self, work: Work[T], loop: asyncio.AbstractEventLoop) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            with Session(self.engine) as session:
                try:
                    result = work(session)
                    session.flush()
                except DBAPIError as error:
                    if attempt < _ATTEMPTS and _worth_repeating(error):
                        continue
                    raise
                # A commit that fails is never repeated: nobody can say whether it happened.
                session.commit()
                for effect in session.info.get("effects", ()):
                    loop.call_soon_threadsafe(effect)
                return result
        raise AssertionError("unreachable: the last attempt returns or raises")


def _worth_repeating(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _RETRYABLE_STATES
