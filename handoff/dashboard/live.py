"""Changes told to open pages: one watcher per process, however many pages look.

It listens to the bus and also compares the database with what it saw last, so that a page learns of a change made by
any process, with or without Redis. A page is told only *what* changed (`contact-7`) and fetches the rest itself, under
its own rights.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff.dashboard.watching import Glance
from handoff.models import AgentSession
from handoff.team import SESSIONS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database

LOOK_SECONDS = 2.0
HEARTBEAT_SECONDS = 20.0
GAP_SECONDS = 0.2
"""Least time between two messages to one page: a burst of changes costs it one refresh."""
_MOST = 256
_log = logging.getLogger(__name__)


class Listener:
    """What one page has not been told yet; a page that is too slow is told "everything" once."""

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self.wake = asyncio.Event()

    def tell(self, names: set[str]) -> None:
        self.changed |= names
        if len(self.changed) > _MOST:
            self.changed = {"all"}
        self.wake.set()

    def take(self) -> list[str]:
        names, self.changed = sorted(self.changed), set()
        self.wake.clear()
        return names


class Live:
    """The watcher and its listeners. It works only while somebody listens."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._listeners: set[Listener] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = asyncio.Event()

    async def events(self, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncGenerator[list[str], None]:
        """Names of what changed, from now on; ends at `close`.

        An empty list each `heartbeat` seconds of silence and when sessions ended: time to see whether this one lasts.
        """
        listener = Listener()
        self._listeners.add(listener)
        try:
            self._start()
            yield []
            while not self._closed.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(heartbeat):
                        await listener.wake.wait()
                yield listener.take()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GAP_SECONDS):
                        await self._closed.wait()
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._stop()

    @property
    def streams(self) -> int:
        """How many event streams are open."""
        return len(self._listeners)

    async def close(self) -> None:
        """End every stream, so that the web server can stop; new ones end at once."""
        self._closed.set()
        for listener in self._listeners:
            listener.wake.set()
        await asyncio.gather(*self._stop(), return_exceptions=True)

    def _start(self) -> None:
        if not self._tasks and not self._closed.is_set():
            steps = (self._hear(), self._look(), self._hear_of_sessions())
            self._tasks = [asyncio.create_task(step) for step in steps]

    def _stop(self) -> list[asyncio.Task[None]]:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        return tasks

    def _tell(self, names: set[str]) -> None:
        if names:
            for listener in self._listeners:
                listener.tell(names | {"queue"})

    async def _hear(self) -> None:
        with self._bus.subscribe("desk") as notes:
            while True:
                note = await notes.next(LOOK_SECONDS)
                if note is not None:
                    self._tell({f"contact-{note}"} if note.isdecimal() else {"queue"})

    async def _hear_of_sessions(self) -> None:
        with self._bus.subscribe(SESSIONS) as notes:
            while True:
                if await notes.next(HEARTBEAT_SECONDS) is not None:
                    self._check_sessions()

    def _check_sessions(self) -> None:
        for listener in self._listeners:
            listener.wake.set()

    async def _look(self) -> None:
        glance, signed_in = Glance(self._clock), 0
        while True:
            try:
                self._tell(await self._database.read(glance.changes))
                before, signed_in = signed_in, await self._database.read(_sessions)
                if signed_in < before:
                    self._check_sessions()
            except SQLAlchemyError as error:
                # The database may be away for a while; the pages say so themselves when they ask it.
                _log.warning("live updates cannot read the database: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)


def _sessions(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(AgentSession)).one()
