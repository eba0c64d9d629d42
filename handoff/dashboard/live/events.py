"""Change notifications for open pages: one watcher per process, for any number of pages.

It compares the database with its previous state, so a page is notified of a change made by any process, with or without
Redis; hints of the bus only trigger the comparison sooner. A notification names only *what* changed (`contact-7`,
`queue`); the page fetches the content itself, with its own rights.

Pages never delay the answers to contacts: changes are batched, a page is notified once a second at most, and all pages
together are asked to fetch the queue `REFRESHES` times a second at most.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff.dashboard.live.change_detector import ChangeDetector
from handoff.dashboard.live.presence import TOPIC, Presence
from handoff.models import AgentSession
from handoff.people.access import SESSIONS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database

OWN = "agent"
"""Topic of what concerns one agent's pages; a note is the agent's id and a name, e.g. `7 draft-12-5.3`."""
LOOK_SECONDS = 2.0
HEARTBEAT_SECONDS = 20.0
GAP_SECONDS = 1.0
"""Minimum time between two messages to one page, and between two looks: a burst of changes costs one refresh."""
GATHER_SECONDS = 0.1
"""Delay within which a hint and the look that it triggers become one message."""
REFRESHES = 25
_MOST = 256
_log = logging.getLogger(__name__)


class Listener:
    """Pending notifications of one browser of an agent; one that is too slow receives "everything" once."""

    def __init__(self, agent_id: int | None) -> None:
        self.agent_id = agent_id
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
    """The watcher and its listeners. It runs only while there are listeners."""

    def __init__(self, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database.for_pages()
        self._bus = bus
        self._clock = clock
        self.presence = Presence(clock)
        self._listeners: set[Listener] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = asyncio.Event()
        self._hinted = asyncio.Event()
        self._looked = False
        self._generation = 0

    async def events(
        self, heartbeat: float = HEARTBEAT_SECONDS, *, agent_id: int | None = None
    ) -> AsyncGenerator[list[str], None]:
        """Yield the names of what changed, for all agents or for this one, from now on; ends at `close`.

        Yields an empty list after each `heartbeat` seconds of silence and when sessions ended, so that the caller can
        check its own session.
        """
        listener = Listener(agent_id)
        self._listeners.add(listener)
        try:
            self._start()
            yield []
            while not self._closed.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(heartbeat):
                        await listener.wake.wait()
                if listener.changed:
                    await self._pause(GATHER_SECONDS)
                names = listener.take()
                yield names
                if names:
                    await self._pause(GAP_SECONDS)
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._stop()

    @property
    def streams(self) -> int:
        """Return the number of open event streams."""
        return len(self._listeners)

    @property
    def generation(self) -> int | None:
        """Counter of the queue changes that were seen; None while there are no listeners."""
        return self._generation if self._looked else None

    async def close(self) -> None:
        """End every stream, so that the web server can stop; new ones end at once."""
        self._closed.set()
        for listener in self._listeners:
            listener.wake.set()
        await asyncio.gather(*self._stop(), return_exceptions=True)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closed.wait()

    def _start(self) -> None:
        if not self._tasks and not self._closed.is_set():
            steps = (self._hear(), self._look(), self._hear_of_sessions(), self._hear_own(), self._hear_presence())
            self._tasks = [asyncio.create_task(step) for step in steps]

    def _stop(self) -> list[asyncio.Task[None]]:
        tasks, self._tasks = self._tasks, []
        self._looked = False
        for task in tasks:
            task.cancel()
        return tasks

    async def _hear(self) -> None:
        with self._bus.subscribe("desk") as notes:
            while True:
                note = await notes.next(LOOK_SECONDS)
                if note is None:
                    continue
                names = {f"contact-{note}"} if note.isdecimal() else {"queue"}
                self._generation += "queue" in names
                for listener in self._listeners:
                    listener.tell(names)
                self._hinted.set()

    async def _hear_of_sessions(self) -> None:
        with self._bus.subscribe(SESSIONS) as notes:
            while True:
                if await notes.next(HEARTBEAT_SECONDS) is not None:
                    self._check_sessions()

    async def _hear_own(self) -> None:
        with self._bus.subscribe(OWN) as notes:
            while True:
                agent_id, _, name = (await notes.next(HEARTBEAT_SECONDS) or "").partition(" ")
                for listener in self._listeners:
                    if name and agent_id == str(listener.agent_id):
                        listener.tell({name})

    async def _hear_presence(self) -> None:
        with self._bus.subscribe(TOPIC) as notes:
            while True:
                note = await notes.next(GAP_SECONDS)
                changed = self.presence.expire()
                if note is not None and (ticket_id := self.presence.hear(note)) is not None:
                    changed.add(ticket_id)
                for listener in self._listeners if changed else ():
                    listener.tell({f"presence-{ticket_id}" for ticket_id in changed})

    def _check_sessions(self) -> None:
        for listener in self._listeners:
            listener.wake.set()

    async def _look(self) -> None:
        glance, failed, signed_in = ChangeDetector(self._clock), False, 0
        while True:
            self._hinted.clear()
            try:
                names = await self._database.read(glance.changes)
                names |= {"queue"} if glance.moved else set()
                if not self._looked:
                    self._generation += 1  # the changes before the first look are unknown
                    names |= {"all"} if failed else set()
                self._generation += "queue" in names
                self._looked, failed = True, False
                await self._tell(names)
                before, signed_in = signed_in, await self._database.read(_sessions)
                if signed_in < before:
                    self._check_sessions()
            except SQLAlchemyError as error:
                # The database may be away for a while; pages report that themselves when they query it.
                self._looked, failed = False, True
                _log.warning("live updates cannot read the database: %s", type(error).__name__)
            await asyncio.sleep(GAP_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS - GAP_SECONDS):
                    await self._hinted.wait()

    async def _tell(self, names: set[str]) -> None:
        """Notify listeners one after the other, so that many pages do not request the queue at the same moment."""
        listeners = list(self._listeners) if names else []
        pause = 1 / REFRESHES if "queue" in names and len(listeners) > REFRESHES else 0
        for listener in listeners:
            listener.tell(names)
            if pause:
                await asyncio.sleep(pause)


def _sessions(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(AgentSession)).one()
