"""An intake over a database, with a listener that records what it is given."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels import RawEvent
from bot.inbox.intake import InboxItem, Intake
from handoff.messages.values import Address, EventKind, IncomingEvent
from handoff.models import InboxEvent, InboxState
from infra.bus import Bus
from infra.clock import Clock, utc_now
from infra.database import Database

ACCOUNT = "vk:main"
PATIENCE = 60.0


def raw(
    user: str, text: str, key: str = "", message: str | None = None, kind: str = "message", at: float | None = None
) -> RawEvent:
    """An event; `at` is the platform's time in seconds, None for the present."""
    return RawEvent(key or f"{user}:{text}", message, user, {"user": user, "text": text, "kind": kind, "at": at})


def decode(account: str, payload: dict[str, Any]) -> IncomingEvent | None:
    """The platform's events in neutral words."""
    if payload["kind"] == "nothing":
        return None
    at = utc_now() if payload["at"] is None else datetime.fromtimestamp(payload["at"], UTC)
    return IncomingEvent(EventKind(payload["kind"]), Address(account, payload["user"]), at, text=payload["text"])


class Listener:
    """A thinker that records events and marks them done, and fails on certain words."""

    def __init__(self, database: Database) -> None:
        self.heard: list[tuple[str, str]] = []
        self.quarantined: list[tuple[str, str, str]] = []
        self.attempts: list[int] = []
        self.fails_on: set[str] = set()
        self.outages: list[Exception] = []
        """What the next events meet, whatever they say."""
        self.busy = self.most_at_once = 0
        self._database = database

    def think(self, session: Session, address: Address, event: IncomingEvent) -> str:  # noqa: ARG002 - the protocol's
        if event.text in self.fails_on:
            raise RuntimeError("on purpose")
        return event.text

    async def handle(
        self, address: Address, items: Sequence[InboxItem], event: IncomingEvent, thought: str | None
    ) -> None:
        assert thought in {None, event.text}
        self.busy += 1
        self.most_at_once = max(self.most_at_once, self.busy)
        try:
            await self._handle(address, items, event)
        finally:
            self.busy -= 1

    async def _handle(self, address: Address, items: Sequence[InboxItem], event: IncomingEvent) -> None:
        self.attempts.append(
            await self._database.read(lambda session: session.get_one(InboxEvent, items[0].id).attempts)
        )
        if event.text in self.fails_on:
            raise RuntimeError("on purpose")
        if self.outages:
            raise self.outages.pop()
        ids = [item.id for item in items]
        if await self._database.write(lambda session: _mark(session, ids, InboxState.DONE)):
            self.heard.append((address.user_id, event.text))

    async def set_aside(self, address: Address, item: InboxItem, problem: str) -> None:
        self.busy += 1
        try:
            await self._database.write(lambda session: _mark(session, [item.id], InboxState.POISON))
            self.quarantined.append((address.user_id, str(item.payload.get("text")), problem))
        finally:
            self.busy -= 1

    def of(self, user: str) -> list[str]:
        return [text for who, text in self.heard if who == user]


def _mark(session: Session, ids: list[int], state: InboxState) -> bool:
    marked = session.execute(
        update(InboxEvent).where(InboxEvent.id.in_(ids), InboxEvent.state == InboxState.NEW).values(state=state)
    )
    return bool(marked.rowcount == len(ids))  # type: ignore[attr-defined]  # an UPDATE's result counts its rows


class Inbox:
    """An intake over a database, and what is needed to look at it."""

    def __init__(self, database: Database, bus: Bus, clock: Clock = utc_now, window: float = 0) -> None:
        self.database = database
        self.listener = Listener(database)
        self.intake = Intake(database, bus, clock, decode, self.listener, window)
        self.inlet = self.intake.inlet(ACCOUNT)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Inbox"]:
        task = asyncio.create_task(self.intake.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def rows(self) -> list[InboxEvent]:
        def work(session: Session) -> list[InboxEvent]:
            rows = list(session.scalars(select(InboxEvent).order_by(InboxEvent.id)))
            session.expunge_all()
            return rows

        return await self.database.read(work)

    async def emptied(self) -> None:
        """Wait until all is thought about; what a listener has just marked done it may yet have to note."""
        undone = select(InboxEvent.id).where(InboxEvent.state == InboxState.NEW).limit(1)
        async with asyncio.timeout(PATIENCE):
            while await self.database.read(lambda session: session.scalar(undone)) is not None:
                await asyncio.sleep(0.02)
            while self.listener.busy:
                await asyncio.sleep(0)

    async def change(self, **values: object) -> None:
        await self.database.write(lambda session: session.execute(update(InboxEvent).values(**values)))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)
