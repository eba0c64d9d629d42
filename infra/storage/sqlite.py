"""SQLite used like a server: one writer thread that commits in groups, several read-only readers, one process.

A commit costs a disk flush, so waiting units of work share one (infra/storage/sqlite_writer.py); `write` returns only
after the shared COMMIT. A single writer also avoids the WAL-reset corruption that SQLite before 3.51.3 can suffer when
two connections write and checkpoint at once.
"""

import asyncio
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.orm import Session

from infra.errors import PlainError
from infra.files import require_space
from infra.private import close_to_others, make_file, make_folder
from infra.storage import rows, sqlite_schema
from infra.storage.outages import FULL, LOCKED, outage, outage_sentence
from infra.storage.sqlite_writer import Checkpoint, Unit, Writer, clear_after

T = TypeVar("T")

log = logging.getLogger(__name__)

_READERS = 4
_PAGE_READERS = 1
_PURGE_PAUSES = (0.1, 0.5, 2.0)
_LAST_WRITES = 5.0
"""Seconds that `close` waits for the writer; a device that never responds would block it indefinitely."""


class DatabaseHeldError(PlainError):
    """Another process holds the SQLite file; commands then act through that process."""


class FileLock:
    """Lock that holds `path` for this process until closed or killed; its file stays behind and is harmless."""

    def __init__(self, path: Path, database: Path) -> None:
        make_file(path)
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            if _is_stopped(holder):
                raise PlainError(
                    f"{database} is already in use by process {holder}, which is stopped: let it go on with "
                    f"`kill -CONT {holder}` or end it with `kill -9 {holder}`."
                ) from error
            raise DatabaseHeldError(
                f"{database} is already in use by process {holder}: stop it first, "
                "or set FRONTDESK_DATABASE_URL to another file."
            ) from error
        try:
            os.ftruncate(self._file.fileno(), 0)
            os.write(self._file.fileno(), str(os.getpid()).encode())
        except OSError:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()


def _is_stopped(process: str) -> bool:
    """Return whether the process is suspended (SIGSTOP), if the system reports it: then it takes no commands either."""
    try:
        status = Path(f"/proc/{int(process)}/stat").read_text()
    except (OSError, ValueError):
        return False
    return status.rpartition(")")[2].split()[0] in {"T", "t"}  # after the name, which may hold anything


class SqliteStore:
    """One SQLite file, opened for this process alone."""

    def __init__(self, url: URL) -> None:
        path = Path(url.database or "").absolute()
        try:
            make_folder(path.parent)
            make_file(path)  # the journal beside it inherits its rights
            for ending in ("-wal", "-shm", ".index"):
                close_to_others(path.with_name(path.name + ending))
            self._lock = FileLock(path.with_name(path.name + ".lock"), path)
        except OSError as error:  # no permission, no such drive, a file in place of a folder
            raise _refusal(error, f"{path.parent} cannot be written: choose another FRONTDESK_DATABASE_URL.") from error
        self.engine = _engine(url, begin="BEGIN IMMEDIATE", query_only=False)
        self._readers = _engine(url, begin="BEGIN", query_only=True)
        try:
            self.engine.connect().close()
        except DatabaseError as error:
            self._lock.close()
            sentence = f"{path} is not a SQLite database or cannot be opened: choose another FRONTDESK_DATABASE_URL."
            raise _refusal(error, sentence) from error
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-read")
        self._page_threads = ThreadPoolExecutor(_PAGE_READERS, thread_name_prefix="sqlite-pages")
        self._reader = threading.local()
        self._reading: list[Connection] = []
        self._folder = path.parent
        self._writer = Writer(self.engine)

    @property
    def restarts(self) -> int:
        """Number of times that the writer had to reopen its connection."""
        return self._writer.restarts

    def read(self, work: Callable[[Session], T], *, behind: bool = False) -> "asyncio.Future[T]":
        threads = self._page_threads if behind else self._threads
        return asyncio.get_running_loop().run_in_executor(threads, self._read, work)

    def write(self, work: Callable[[Session], T]) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        unit = Unit(work, loop.create_future(), loop)
        self._writer.put(unit)
        return unit.future

    def schema_change(self) -> AbstractContextManager[Connection]:
        return sqlite_schema.change(self.engine)

    async def purge(self) -> None:
        """Empty the journal, which still holds the content overwritten since it was last restarted.

        If a reader or a full disk prevents this for longer, the method returns and the writer retries until it
        succeeds.
        """
        for pause in _PURGE_PAUSES:
            unit = Checkpoint(asyncio.get_running_loop())
            self._writer.put(unit)
            if await unit.future:
                return
            await asyncio.sleep(pause)
        self._writer.put(Checkpoint(asyncio.get_running_loop(), lasting=True))
        log.warning("the journal cannot be emptied at present: it is tried again until it can")

    async def probe(self) -> None:
        """Write to the file and flush it to disk; raise what prevents the next write from succeeding."""
        await self.write(_toggle)
        await asyncio.to_thread(require_space, self._folder)

    async def hold(self, name: str) -> "Alone":  # noqa: ARG002 - the file lock holds every name at once
        return Alone()

    def close(self) -> None:
        """Finish everything that was requested before."""
        if not self._writer.close(_LAST_WRITES):
            log.error("the last writes of the database do not end; the next start takes up what they were to do")
            return  # the connections are in use until the process ends
        self._threads.shutdown()
        self._page_threads.shutdown()
        for connection in self._reading:
            connection.close()
        self._readers.dispose()
        self.engine.dispose()
        self._lock.close()

    def _read(self, work: Callable[[Session], T]) -> T:
        # Keep one connection per thread: fetching one from the pool costs as much as a small query.
        connection = getattr(self._reader, "connection", None)
        if connection is None:
            connection = self._reader.connection = self._readers.connect()
            self._reader.session = Session(connection)
            self._reading.append(connection)
        with connection.begin(), clear_after(self._reader.session) as session:
            rows.lend(session, connection)
            return work(session)


class Alone:
    """Hold of a process that has the database to itself: never lost."""

    def check(self, session: Session) -> bool:  # noqa: ARG002 - as on PostgreSQL
        return True

    async def wait_until_lost(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def release(self) -> None:
        pass


def _refusal(error: Exception, sentence: str) -> PlainError:
    """Explain why the file cannot be opened. Another file does not help with a full disk, or with a temporary lock."""
    passing = outage(error) in {FULL, LOCKED}
    return PlainError((passing and outage_sentence(error)) or sentence)


def _toggle(session: Session) -> None:
    """Write a different value to the file's first page each time: an unchanged page is not written."""
    version = session.scalar(text("PRAGMA user_version")) or 0
    session.execute(text(f"PRAGMA user_version = {1 - version % 2}"))


def _engine(url: URL, *, begin: str, query_only: bool) -> Engine:
    pool = {} if query_only else {"poolclass": StaticPool}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5}, hide_parameters=True, **pool)
    pragmas = ["busy_timeout=5000", "foreign_keys=ON", "temp_store=MEMORY"]
    # Only the writer may touch the journal. FULL keeps an acknowledged event through a power cut. Deleted data is
    # overwritten, because people may ask for erasure.
    journal = ["journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864", "secure_delete=ON"]
    pragmas += ["query_only=ON"] if query_only else journal

    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None  # BEGIN is issued by our own code, see below
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def start(connection: Connection) -> None:
        # Bypass SQLAlchemy's own way of running a statement, which costs more than the BEGIN.
        try:
            connection.connection.cursor().execute(begin)
        except sqlite3.Error as error:  # the file is locked, for example
            raise DBAPIError.instance(begin, None, error, sqlite3.Error, hide_parameters=True) from error

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine
