"""PostgreSQL behind a pool: each unit of work runs in a thread of its own.

Writes are READ COMMITTED with rows locked where needed; reads are REPEATABLE READ, so that each sees one snapshot.
"""

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from typing import TypeVar, cast

import psycopg
from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, NullPool, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from infra.errors import PlainError
from infra.storage import rows
from infra.storage.leases import PostgresHold, acquire
from infra.storage.storable import storable_text

T = TypeVar("T")

_CONNECTIONS = 8
_PAGE_CONNECTIONS = 2
_ATTEMPTS = 3
_REPEATABLE = {"40001", "40P01"}  # serialisation failure, deadlock
_ASK_EVERY = 1.0


def _take_any_text(connection: DBAPIConnection, _record: object) -> None:
    """Set up each new connection."""
    cast("psycopg.Connection[object]", connection).adapters.register_dumper(str, _TextDumper)


class _TextDumper(StrDumperUnknown):
    """Text type that accepts what SQLite accepts: U+FFFD replaces what PostgreSQL refuses."""

    def dump(self, obj: str) -> Buffer | None:
        try:
            return super().dump(obj)
        except (DataError, UnicodeEncodeError):
            return super().dump(storable_text(obj))


class PostgresStore:
    """A database on a PostgreSQL server, shared with any number of processes."""

    restarts = 0
    """Always 0: there is no writer thread that could fail."""

    def __init__(self, url: URL) -> None:
        # Another process uses this name to end the connections of a process that gives no sign of life
        # (infra/storage/leases.py).
        self._name = f"frontdesk-{os.getpid()}-{secrets.token_hex(8)}"
        self.engine = create_engine(
            url,
            pool_size=_CONNECTIONS + _PAGE_CONNECTIONS,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC", "application_name": self._name},
        )
        event.listen(self.engine, "connect", _take_any_text)
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._lone = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "application_name": self._name},
        )
        try:
            self.engine.connect().close()
        except DBAPIError as error:
            self.engine.dispose()
            where = url.render_as_string(hide_password=True)
            raise PlainError(
                f"The database {where} cannot be reached: start PostgreSQL or correct FRONTDESK_DATABASE_URL."
            ) from error
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="postgres")
        self._page_threads = ThreadPoolExecutor(_PAGE_CONNECTIONS, thread_name_prefix="postgres-pages")

    def read(self, work: Callable[[Session], T], *, behind: bool = False) -> "asyncio.Future[T]":
        threads = self._page_threads if behind else self._threads
        return asyncio.get_running_loop().run_in_executor(threads, self._read, work)

    def write(self, work: Callable[[Session], T]) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, self._write, work, loop)

    def schema_change(self) -> AbstractContextManager[Connection]:
        return self.engine.begin()

    async def purge(self) -> None:
        """Do nothing: autovacuum frees what was deleted, and the write-ahead log is recycled."""

    async def probe(self) -> None:
        """Write a meaningless record to the log, flushed as every commit is; a standby refuses it."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._write, _write_nothing, loop)

    async def hold(self, name: str) -> PostgresHold:
        """Wait until the name is free, or its holder gives no sign of life."""
        while True:
            try:
                hold = await asyncio.to_thread(self._try_hold, name)
            except DBAPIError:
                hold = None  # the server is away; it will be back
            if hold is not None:
                return hold
            await asyncio.sleep(_ASK_EVERY)

    def _try_hold(self, name: str) -> PostgresHold | None:
        hold = None
        connection = self._lone.connect()
        try:
            hold = acquire(connection, name, self._name)
        finally:
            if hold is None:
                connection.close()
        return hold

    def close(self) -> None:
        self._threads.shutdown()
        self._page_threads.shutdown()
        self.engine.dispose()

    def _read(self, work: Callable[[Session], T]) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            with self._reading.connect() as connection, Session(connection) as session:
                rows.lend(session, connection)
                try:
                    return work(session)
                except DBAPIError as error:
                    # Testing each connection before use would cost every unit of work a round trip.
                    if attempt == _ATTEMPTS or not error.connection_invalidated:
                        raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _write(self, work: Callable[[Session], T], loop: asyncio.AbstractEventLoop) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            with self.engine.connect() as connection:
                transaction = connection.begin()
                with Session(connection, join_transaction_mode="rollback_only") as session:
                    rows.lend(session, connection)
                    try:
                        result = work(session)
                        session.flush()
                    except DBAPIError as error:
                        if attempt < _ATTEMPTS and _worth_repeating(error):
                            continue
                        raise
                    effects = session.info.get("effects", ())
                # A failed commit is never repeated: it is unknown whether it happened.
                transaction.commit()
                with suppress(RuntimeError):  # the loop is closed, and the commit stands
                    for effect in effects:
                        loop.call_soon_threadsafe(effect)
                return result
        raise AssertionError("unreachable: the last attempt returns or raises")


def _write_nothing(session: Session) -> None:
    session.execute(text("SELECT pg_logical_emit_message(true, 'frontdesk', '')"))


def _worth_repeating(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _REPEATABLE
