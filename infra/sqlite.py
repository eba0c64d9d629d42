"""SQLite as a server would be: one writer thread that commits in groups, several read-only readers, one process.

A commit costs a disk flush, so up to 64 waiting units of work share one; each of several has a savepoint of its own,
and its caller hears of success only after the shared COMMIT. One writer also keeps clear of the WAL-reset corruption that
SQLite before 3.51.3 can suffer when two connections write and checkpoint at once.
"""

import asyncio
import fcntl
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from infra import rows
from infra.errors import PlainError

T = TypeVar("T")

log = logging.getLogger(__name__)

_GROUP = 64
_READERS = 4
_PURGE_PAUSES = (0.1, 0.5, 2.0)


class DatabaseHeldError(PlainError):
    """Another process holds the SQLite file; commands then act through that process."""


class FileLock:
    """Holds `path` for this process until closed or killed; the file itself stays behind and means nothing."""

    def __init__(self, path: Path, database: Path) -> None:
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise DatabaseHeldError(
                f"{database} is already in use by process {holder}: stop it first, "
                "or set FRONTDESK_DATABASE_URL to another file."
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class SqliteStore:
    """One SQLite file, opened for this process alone."""

    def __init__(self, url: URL) -> None:
        path = Path(url.database or "").absolute()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path.with_name(path.name + ".lock"), path)
        except OSError as error:  # no right, no such drive, a file where a folder should be
            raise PlainError(f"{path.parent} cannot be written: choose another FRONTDESK_DATABASE_URL.") from error
        self.engine = _engine(url, begin="BEGIN IMMEDIATE", query_only=False)
        self._readers = _engine(url, begin="BEGIN", query_only=True)
        try:
            self.engine.connect().close()
        except DatabaseError as error:
            self._lock.close()
            raise PlainError(
                f"{path} is not a SQLite database or cannot be opened: choose another FRONTDESK_DATABASE_URL."
            ) from error
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="sqlite-read")
        self._reader = threading.local()
        self._reading: list[Connection] = []
        self._closed = False
        self._waiting: queue.SimpleQueue[_Unit | _Checkpoint | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_for_ever, name="sqlite-write", daemon=True)
        self._writer.start()

    def read(self, work: Callable[[Session], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, self._read, work)

    def write(self, work: Callable[[Session], T]) -> "asyncio.Future[T]":
        if self._closed:
            raise RuntimeError("the database is closed")
        loop = asyncio.get_running_loop()
        unit = _Unit(work, loop.create_future(), loop)
        self._waiting.put(unit)
        return unit.future

    async def purge(self) -> None:
        """Empty the journal, which still holds what was overwritten since it was begun anew last."""
        for pause in _PURGE_PAUSES:
            unit = _Checkpoint(asyncio.get_running_loop())
            self._waiting.put(unit)
            if await unit.future:
                return
            await asyncio.sleep(pause)  # somebody reads what was before
        log.warning("the journal could not be emptied: it will be with the next restart at the latest")

    async def hold(self, name: str) -> "Alone":  # noqa: ARG002 - the file lock holds every name at once
        return Alone()

    def close(self) -> None:
        """Everything that was asked for before is done first."""
        self._closed = True
        self._waiting.put(None)
        self._writer.join()
        self._threads.shutdown()
        for connection in self._reading:
            connection.close()
        self._readers.dispose()
        self.engine.dispose()
        self._lock.close()

    def _read(self, work: Callable[[Session], T]) -> T:
        # A connection a thread, kept: fetching one from the pool costs as much as a small question.
        connection = getattr(self._reader, "connection", None)
        if connection is None:
            connection = self._reader.connection = self._readers.connect()
            self._reader.session = Session(connection)
            self._reading.append(connection)
        with connection.begin(), _cleared(self._reader.session) as session:
            rows.lend(session, connection)
            return work(session)

    def _write_for_ever(self) -> None:
        with self.engine.connect() as connection, Session(connection, join_transaction_mode="rollback_only") as lone:
            while True:
                unit = self._waiting.get()
                group: list[_Unit] = []
                while isinstance(unit, _Unit):
                    group.append(unit)
                    if len(group) == _GROUP or self._waiting.empty():
                        break
                    unit = self._waiting.get()
                if group:
                    self._commit(connection, lone, group)
                if isinstance(unit, _Checkpoint):
                    unit.run(connection)
                if unit is None:
                    return

    def _commit(self, connection: Connection, lone: Session, group: "list[_Unit]") -> None:
        try:
            with connection.begin() as transaction:
                if len(group) > 1:
                    for unit in group:
                        unit.run(connection)
                elif not group[0].run_alone(connection, lone) and transaction.is_active:
                    transaction.rollback()
        except Exception as error:  # noqa: BLE001 - whatever stopped the COMMIT is every caller's answer
            for unit in group:
                unit.fail(error)
        for unit in group:
            unit.settle()


@contextmanager
def _cleared(session: Session) -> Iterator[Session]:
    """A session that is used again and again, since making one costs as much as a statement; nothing of it stays."""
    try:
        yield session
    finally:
        session.close()
        vars(session).pop("info", None)  # a new one comes with the next use; effects may still hold this one


class _Checkpoint:
    """Moves the journal into the file and empties it, between two transactions; the result says whether it could."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future[bool] = loop.create_future()
        self._loop = loop

    def run(self, connection: Connection) -> None:
        driver = connection.connection.cursor()
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        self._loop.call_soon_threadsafe(self._tell, not busy)

    def _tell(self, emptied: bool) -> None:
        if not self.future.cancelled():
            self.future.set_result(emptied)


class Alone:
    """The hold of a process that has the database to itself: never lost."""

    async def lost(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def release(self) -> None:
        pass


class _Unit:
    """One caller's work, and its answer once the group is committed."""

    def __init__(
        self, work: Callable[[Session], Any], future: "asyncio.Future[Any]", loop: asyncio.AbstractEventLoop
    ) -> None:
        self.future = future
        self._work = work
        self._loop = loop
        self._result: Any = None
        self._error: Exception | None = None
        self._effects: list[Callable[[], None]] = []

    def run_alone(self, connection: Connection, lone: Session) -> bool:
        """Do the work in a transaction that nobody shares: rolling it back whole harms nobody and spares a savepoint.

        False where it failed, and everything has to be rolled back.
        """
        with _cleared(lone) as session:
            rows.lend(session, connection)
            try:
                self._result = self._work(session)
                session.flush()  # all that its own commit would do here
                self._effects = session.info.get("effects", [])
            except Exception as error:  # noqa: BLE001 - it belongs to the caller
                session.rollback()
                self._error = error
        return self._error is None

    def run(self, connection: Connection) -> None:
        """Do the work within a savepoint of a transaction that others share."""
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            try:
                self._result = self._work(session)
                session.commit()
                self._effects = session.info.get("effects", [])
            except Exception as error:  # noqa: BLE001 - it belongs to the caller, and the others of the group go on
                session.rollback()
                self._error = error

    def fail(self, error: Exception) -> None:
        self._error, self._effects = self._error or error, []

    def settle(self) -> None:
        self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        for effect in self._effects:
            try:
                effect()
            except Exception:  # the work is committed, and its caller has to hear so
                log.exception("what was to follow a commit failed")
        if self.future.cancelled():
            return
        if self._error is not None:
            self.future.set_exception(self._error)
        else:
            self.future.set_result(self._result)


def _engine(url: URL, *, begin: str, query_only: bool) -> Engine:
    pool = {} if query_only else {"poolclass": StaticPool}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5}, **pool)
    pragmas = ["busy_timeout=5000", "foreign_keys=ON", "temp_store=MEMORY"]
    # Only the writer may touch the journal; FULL keeps an acknowledged event through a power cut, and what is deleted
    # is overwritten, for people may ask to be forgotten.
    journal = ["journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864", "secure_delete=ON"]
    pragmas += ["query_only=ON"] if query_only else journal

    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def start(connection: Connection) -> None:
        # Past SQLAlchemy's own way of running a statement, which costs more than the BEGIN.
        connection.connection.cursor().execute(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine
