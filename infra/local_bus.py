"""Hints between tasks and processes: "contact 7 has work", "ticket 3 changed".

Every guarantee here is "usually, soon". A hint may be lost, repeated or late, and correctness never depends on one:
every listener also polls the database.
"""

import asyncio
from typing import Protocol

BACKLOG = 256
"""Notes that wait for one listener."""


class Bus(Protocol):
    """Lossy publish and subscribe by topic."""

    degraded: bool
    """True while hints do not reach other processes."""

    def publish(self, topic: str, note: str = "") -> None:
        """Send `note` to all listeners of `topic`; returns at once and never raises."""

    def subscribe(self, topic: str) -> "Subscription":
        """Listen to `topic` from now on; close it (or leave its `with` block) to stop."""

    async def close(self) -> None: ...


class Subscription:
    """Notes of one topic. A listener that is too slow loses the oldest ones."""

    def __init__(self, listeners: "set[Subscription]") -> None:
        self._notes: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        self._listeners = listeners
        listeners.add(self)

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(self, *exc: object) -> None:
        self._listeners.discard(self)

    def put(self, note: str) -> None:
        if self._notes.full():
            self._notes.get_nowait()
        self._notes.put_nowait(note)

    async def next(self, timeout: float) -> str | None:  # noqa: ASYNC109 - giving up is an ordinary answer here
        """Return the next note, or None when `timeout` seconds pass without one."""
        try:
            # Not wait_for: before Python 3.12 it can swallow a cancellation that comes with a note.
            async with asyncio.timeout(timeout):
                return await self._notes.get()
        except TimeoutError:
            return None


class LocalBus:
    """Hints within one process."""

    degraded = False

    def __init__(self) -> None:
        self._topics: dict[str, set[Subscription]] = {}

    def publish(self, topic: str, note: str = "") -> None:
        for listener in tuple(self._topics.get(topic, ())):
            listener.put(note)

    def subscribe(self, topic: str) -> Subscription:
        return Subscription(self._topics.setdefault(topic, set()))

    async def close(self) -> None:
        self._topics.clear()
