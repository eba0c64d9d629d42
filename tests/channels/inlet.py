"""An in-memory inlet with the guarantees of the real one: each event once, cursor and events atomically."""

import asyncio
from collections.abc import Callable, Sequence

from bot.channels import Channel, RawEvent
from handoff.messages.values import IncomingEvent

PATIENCE = 60.0


class MemoryInlet:
    """Outlives the channels that are attached to it, as a database does."""

    def __init__(self) -> None:
        self.events: list[RawEvent] = []
        self.repeats = 0
        self.place: str | None = None
        self.reports: list[str | None] = []
        self.refusals = 0
        """How many of the next stores fail."""
        self._changed = asyncio.Condition()

    async def cursor(self) -> str | None:
        return self.place

    async def store(self, events: Sequence[RawEvent], cursor: str | None = None) -> None:
        async with self._changed:
            if self.refusals:
                self.refusals -= 1
                raise OSError("disk full")
            for event in events:
                self._keep(event)
            self.place = cursor or self.place
            self._changed.notify_all()

    def _keep(self, event: RawEvent) -> None:
        known = {kept.key for kept in self.events}
        messages = {kept.message_key for kept in self.events} - {None}
        if event.key in known or event.message_key in messages:
            self.repeats += 1
        else:
            self.events.append(event)

    async def report(self, problem: str | None) -> None:
        async with self._changed:
            self.reports.append(problem)
            self._changed.notify_all()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until that is so; fails the test when it never is."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(reached)

    async def stored(self, count: int) -> list[RawEvent]:
        await self.until(lambda: len(self.events) >= count)
        return self.events

    async def heard(self, channel: Channel, count: int) -> list[IncomingEvent]:
        """What people did, in neutral words, once there are at least `count` such things."""
        await self.until(lambda: len(decoded(channel, self.events)) >= count)
        return decoded(channel, self.events)


def decoded(channel: Channel, events: Sequence[RawEvent]) -> list[IncomingEvent]:
    """Everything that means something; profiles, which come when they come, are left out."""
    found = [channel.decode(event.payload) for event in events]
    return [event for event in found if event is not None and event.kind != "profile"]
