"""Writer thread of a SQLite file: it commits waiting units of work in groups, and no exception ends it.

Up to 64 waiting units share one commit; where there are several, each has a savepoint of its own. An error is returned
to the callers concerned. A connection in an uncertain state is reopened, which counts as a restart.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from infra.storage import rows

log = logging.getLogger(__name__)

_GROUP = 64
_PURGE_EVERY = 1.0
"""Seconds between attempts to empty the journal while that is pending."""


class Checkpoint:
    """Request to move the journal into the file and empty it, between two transactions; returns whether that succeeded.

    A lasting request is retried until it succeeds.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, lasting: bool = False) -> None:
        self.future: asyncio.Future[bool] = loop.create_future()
        self.lasting = lasting
        self._loop = loop

    def settle(self, *, emptied: bool) -> None:
        _call(self._loop, lambda: self._tell(emptied))

    def _tell(self, emptied: bool) -> None:
        if not self.future.done():
            self.future.set_result(emptied)


class Unit:
    """One caller's work, and its result once the group is committed."""

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
        """Do the work in a transaction of its own: it can be rolled back whole, so it needs no savepoint.

        Return False if it failed and everything has to be rolled back.
        """
        with clear_after(lone) as session:
            rows.lend(session, connection)
            try:
                self._result = self._work(session)
                session.flush()  # all that its own commit would do here
                self._effects = session.info.get("effects", [])
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                session.rollback()
                self._error = _ordinary(error)
        return self._error is None

    def run(self, connection: Connection) -> None:
        """Do the work within a savepoint of a transaction that others share."""
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            try:
                self._result = self._work(session)
                session.commit()
                self._effects = session.info.get("effects", [])
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller, and the others of the group go on
                self._error = _ordinary(error)
                session.rollback()  # raises if the database has ended the whole transaction, as on a full disk

    def fail(self, error: BaseException) -> None:
        self._error, self._effects = self._error or _ordinary(error), []

    def settle(self) -> None:
        _call(self._loop, self._tell)

    def _tell(self) -> None:
        for effect in self._effects:
            try:
                effect()
            except Exception:  # the work is committed, and its caller has to be notified
                log.exception("what was to follow a commit failed")
        if self.future.done():
            return
        if self._error is not None:
            self.future.set_exception(self._error)
        else:
            self.future.set_result(self._result)


class Writer:
    """Thread that runs units of work group by group, on one connection of `engine`."""

    def __init__(self, engine: Engine) -> None:
        self.restarts = 0
        """Number of times that the connection had to be reopened."""
        self._engine = engine
        self._connection: Connection | None = None
        self._lone: Session | None = None
        self._purge_at: float | None = None
        self._gate = threading.Lock()
        self._closed = False
        self._waiting: queue.SimpleQueue[Unit | Checkpoint | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work_until_closed, name="sqlite-write", daemon=True)
        self._thread.start()

    def put(self, item: Unit | Checkpoint) -> None:
        """Add a request. Raises RuntimeError after `close`."""
        with self._gate:  # nothing is queued after the end, where it would never be answered
            if self._closed:
                raise RuntimeError("the database is closed")
            self._waiting.put(item)

    def close(self, seconds: float) -> bool:
        """Finish what was requested before; return False if that takes longer than `seconds`."""
        with self._gate:
            self._closed = True
            self._waiting.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work_until_closed(self) -> None:
        ended = False
        while not ended:
            group, checkpoint, ended = self._next()
            try:
                if group:
                    self._commit(group)
                if checkpoint is not None:
                    self._settle(checkpoint)
                elif self._purge_at is not None and time.monotonic() >= self._purge_at:
                    self._purge_at = None if self._emptied() else time.monotonic() + _PURGE_EVERY
            except BaseException as error:  # noqa: BLE001 - the next unit needs a writer after any error
                self._restart(error)
                for unit in group:
                    unit.fail(error)
                    unit.settle()
                if checkpoint is not None:
                    checkpoint.settle(emptied=False)
        self._drop()

    def _next(self) -> tuple[list[Unit], Checkpoint | None, bool]:
        """Return the units that share the next commit, the requests to follow them, and whether that is the end."""
        group: list[Unit] = []
        patience = None if self._purge_at is None else max(0.0, self._purge_at - time.monotonic())
        try:
            item = self._waiting.get(timeout=patience)
            while isinstance(item, Unit):
                group.append(item)
                if len(group) == _GROUP or self._waiting.empty():
                    return group, None, False
                item = self._waiting.get()
        except queue.Empty:
            return group, None, False
        return group, item, item is None

    def _commit(self, group: list[Unit]) -> None:
        try:
            connection, lone = self._opened()
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
        if not self._sound():
            self._restart(None)

    def _settle(self, checkpoint: Checkpoint) -> None:
        emptied = self._emptied()
        if checkpoint.lasting:
            self._purge_at = None if emptied else time.monotonic() + _PURGE_EVERY
        checkpoint.settle(emptied=emptied)

    def _emptied(self) -> bool:
        """Empty the journal; return False if a reader or the disk prevents it."""
        try:
            connection, _ = self._opened()
            driver = connection.connection.cursor()
            return not driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except Exception as error:  # noqa: BLE001 - a full disk, for example
            log.warning("the journal cannot be emptied: %s", type(error).__name__)
            return False

    def _opened(self) -> tuple[Connection, Session]:
        if self._connection is None or self._lone is None:
            self._connection = self._engine.connect()
            self._lone = Session(self._connection, join_transaction_mode="rollback_only")
        return self._connection, self._lone

    def _sound(self) -> bool:
        """Return whether the connection is in its state between two transactions."""
        try:
            connection = self._connection
            return connection is None or not (
                connection.invalidated
                or connection.in_transaction()
                or connection.connection.driver_connection.in_transaction  # type: ignore[union-attr]
            )
        except Exception:  # noqa: BLE001 - one that cannot even say so is not sound
            return False

    def _restart(self, error: BaseException | None) -> None:
        self.restarts += 1
        log.error("the writer of the database failed and starts again", exc_info=error)
        self._drop()

    def _drop(self) -> None:
        """Drop the connection; the next unit opens another."""
        connection, lone, self._connection, self._lone = self._connection, self._lone, None, None
        for end in (
            getattr(lone, "close", None),
            getattr(connection, "invalidate", None),
            getattr(connection, "close", None),
        ):
            with suppress(Exception):
                if end is not None:
                    end()


@contextmanager
def clear_after(session: Session) -> Iterator[Session]:
    """Session that is reused, since creating one costs as much as a statement; it keeps no state between uses."""
    try:
        yield session
    finally:
        session.close()
        vars(session).pop("info", None)  # the next use creates a new one; effects may still hold this one


def _ordinary(error: BaseException) -> Exception:
    """Convert to an exception that a future can hold and a caller can catch: a `sys.exit` must not end the program."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    replaced = RuntimeError(f"a unit of work raised {type(error).__name__}")
    replaced.__cause__ = error
    return replaced


def _call(loop: asyncio.AbstractEventLoop, effect: Callable[[], object]) -> None:
    with suppress(RuntimeError):  # the loop is closed: no caller waits for the result any more
        loop.call_soon_threadsafe(effect)
