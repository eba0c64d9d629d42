"""The durable inbox: events are stored once, then handled in order per contact.

An event is acknowledged as soon as it is stored. Handling starts on a hint or, if hints are lost, on the next scan of
the inbox; a contact's events are read from the database in the order they were stored, one round at a time. An event
whose handling fails five times, including by a crash of the process, is quarantined.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from bot.channels import RawEvent
from handoff.deliveries.claims import random_base
from handoff.messages.values import Address, EventKind, IncomingEvent
from handoff.models import ChannelState, InboxEvent, InboxState
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, Held, after_commit
from infra.storage import rows
from infra.storage.columns import words
from infra.storage.outages import Notices, outage
from infra.storage.rows import table
from infra.storage.storable import storable, storable_text

log = logging.getLogger(__name__)

ATTEMPTS = 5
_BATCH = 20
_LOOK_EVERY = 1.0
_THINKERS = 8
_WHOLE_SECONDS = timedelta(seconds=1)
"""Error of the interval between two messages if a platform reports times in whole seconds."""
ALBUM_WINDOW = 0.4
"""Seconds to wait for more pictures of an album: the platform reports each by an event, in quick succession."""
_ALBUM_AT_MOST = 10
_BURST_AT_MOST = 3
"""Number of windows after which a contact who keeps writing is answered."""

_CHANNELS = table(ChannelState)
_CHANGES = {
    column: update(_CHANNELS)
    .where(_CHANNELS.c.account == bindparam("name"))
    .values({column: bindparam(column), "updated_at": bindparam("now")})
    for column in ("cursor", "problem")
}
_INBOX = table(InboxEvent)
_WAITING = (
    select(*_INBOX.c["id", "account", "payload", "received_at", "attempts"])
    .where(
        _INBOX.c.account == bindparam("account"),
        _INBOX.c.user_id == bindparam("user_id"),
        _INBOX.c.state == InboxState.NEW,
    )
    .order_by(_INBOX.c.id)
    .limit(_BATCH)
)

Decode = Callable[[str, dict[str, Any]], IncomingEvent | None]
"""Decodes a payload stored by an account; raises any exception for an unreadable one."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A stored event and its neutral form; `event` is None if there is nothing to handle."""

    id: int
    received_at: datetime
    attempts: int
    event: IncomingEvent | None
    payload: dict[str, Any]
    unreadable: str | None = None


T = TypeVar("T")


class Thinker(Protocol[T]):
    """Turns events into decisions and rows, and marks the inbox rows done in the same transaction."""

    def think(self, session: Session, address: Address, event: IncomingEvent) -> T:
        """Compute the first step of `handle`. Changes nothing; the result may be discarded."""

    async def handle(
        self, address: Address, items: Sequence[InboxItem], event: IncomingEvent, thought: T | None
    ) -> None:
        """Handle the event; `thought` is the result of `think`, if it was called."""

    async def set_aside(self, address: Address, item: InboxItem, problem: str) -> None: ...


class AccountInlet:
    """The inbox for one channel account (the `Inlet` of `bot.channels`)."""

    def __init__(self, account: str, db: Database | Held, bus: Bus, clock: Clock) -> None:
        self._account = account
        self._db = db
        self._bus = bus
        self._clock = clock
        self._problem: str | None = ""  # unknown until the first report

    async def cursor(self) -> str | None:
        wanted = select(ChannelState.cursor).where(ChannelState.account == self._account)
        return await self._db.read(lambda session: session.scalar(wanted))

    async def store(self, events: Sequence[RawEvent], cursor: str | None = None) -> None:
        if events or cursor is not None:
            await self._db.write(lambda session: self._store(session, events, cursor))

    async def report(self, problem: str | None) -> None:
        if problem == self._problem:
            return
        self._problem = problem
        if problem:
            log.warning("%s: %s", self._account, problem)
        else:
            log.info("%s: working", self._account)
        await self._db.write(lambda session: self._change(session, "problem", problem))
        self._bus.publish("desk", "channels")

    def _store(self, session: Session, events: Sequence[RawEvent], cursor: str | None) -> None:
        now = self._clock()
        # Keys are columns of their own; payloads are stored as ASCII JSON, which can represent every character.
        events = [
            replace(
                event,
                key=storable_text(event.key),
                message_key=storable(event.message_key),
                user_id=storable_text(event.user_id),
            )
            for event in events
        ]
        stored = [
            {
                "account": self._account,
                "event_key": event.key,
                "message_key": event.message_key,
                "user_id": event.user_id,
                "payload": event.payload,
                "received_at": now,
            }
            for event in events
        ]
        rows.add_new(session, InboxEvent, stored)
        if cursor is not None:
            self._change(session, "cursor", cursor)
        for user_id in dict.fromkeys(event.user_id for event in events):
            note = f"{self._account}/{user_id}"
            after_commit(session, lambda note=note: self._bus.publish("inbox", note))  # type: ignore[misc]

    def _change(self, session: Session, column: str, value: str | None) -> None:
        values = {"name": self._account, column: value, "now": self._clock()}
        change = _CHANGES[column]
        if not rows.run(session, change, values).rowcount:
            random_base(session, self._account, self._clock())  # the row exists from here on
            rows.run(session, change, values)


class Intake(Generic[T]):
    """Has every stored event handled, in order per contact."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, decode: Decode, thinker: Thinker[T], burst_window: float
    ) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._decode = decode
        self._thinker = thinker
        self._window = burst_window
        self._since = clock()
        # Reads and writes report outages separately: reading works while nothing can be written.
        self._reading, self._handling = Notices(log, "the inbox"), Notices(log, "what the inbox holds")
        self._rounds: dict[Address, asyncio.Task[None]] = {}
        self._again: set[Address] = set()
        self._thinking = asyncio.Semaphore(_THINKERS)
        self._after_death = asyncio.Lock()

    def inlet(self, account: str, held: Held | None = None) -> AccountInlet:
        """Return the inbox for one account; with `held`, for its only receiver, which stores nothing once replaced."""
        return AccountInlet(account, held or self._db, self._bus, self._clock)

    async def run(self) -> None:
        """Handle events until cancelled; running rounds are cancelled too, and the inbox keeps their events."""
        try:
            with self._bus.subscribe("inbox") as hints:
                look_at = 0.0
                loop = asyncio.get_running_loop()
                while True:
                    note = await hints.next(max(0.0, look_at - loop.time()))
                    if note is not None:
                        account, _, user_id = note.rpartition("/")
                        self._start(Address(account, user_id))
                    else:
                        await self._look()
                        look_at = loop.time() + _LOOK_EVERY
        finally:
            self._again.clear()  # running rounds are not followed by further ones
            for task in self._rounds.values():
                task.cancel()
            await asyncio.gather(*self._rounds.values(), return_exceptions=True)

    async def _look(self) -> None:
        """Find events without a hint: from before a restart, or stored by another process."""
        undone = (
            select(InboxEvent.account, InboxEvent.user_id).where(InboxEvent.state.in_(words(InboxState.NEW))).distinct()
        ).limit(1000)
        try:
            found = await self._db.read(lambda session: [(row[0], row[1]) for row in session.execute(undone)])
        except Exception as error:  # noqa: BLE001 - database outages are temporary
            self._reading.note_failure(error)
            return
        self._reading.note_success()
        for account, user_id in found:
            address = Address(account, user_id)
            if address not in self._rounds:
                self._start(address)

    def _start(self, address: Address) -> None:
        if address in self._rounds:
            self._again.add(address)
            return
        task = asyncio.create_task(self._round(address))
        self._rounds[address] = task
        task.add_done_callback(lambda done: self._ended(address, done))

    def _ended(self, address: Address, round_: asyncio.Task[None]) -> None:
        del self._rounds[address]
        if address in self._again and not round_.cancelled():
            self._start(address)  # a hint came just after the round had found no more events

    async def _round(self, address: Address) -> None:
        """Handle all pending events of one contact."""
        failures = 0
        while True:
            self._again.discard(address)
            try:
                if not await self._step(address) and address not in self._again:
                    return
                failures = 0
            except Exception as error:
                failures += 1
                if outage(error):
                    self._handling.note_failure(error)
                else:
                    log.warning("an event of %s could not be handled, attempt %d", address, failures, exc_info=error)
                await asyncio.sleep(0.2 * 2**failures)
                if failures > ATTEMPTS:
                    return  # the next scan of the inbox starts again

    async def _step(self, address: Address) -> bool:
        """Handle the contact's next event or burst; False when no more is known to be pending."""
        items, thought = await self._db.read(lambda session: self._look_at(session, address))
        if not items:
            return False
        pause = self._typing(items)
        if pause > 0:
            await asyncio.sleep(pause)
            return True
        first = items[0]
        # One of the events in progress may have crashed the last process. They are tried one at a time, so that the
        # crash is not counted against the others each time.
        turn = self._after_death if first.attempts and self._suspect([first]) else nullcontext()
        async with turn, self._thinking:
            if first.unreadable is not None or first.attempts >= ATTEMPTS:
                problem = first.unreadable or f"handling it failed {ATTEMPTS} times"
                log.error("inbox event %d of %s is set aside: %s", first.id, address, problem)
                await self._thinker.set_aside(address, first, problem)
                return True
            burst = self._burst(items)
            ids = [item.id for item in burst]
            # An event from before this process may have crashed the last one: its attempt is counted beforehand, in a
            # transaction of its own. For all others, an attempt is counted when handling fails.
            suspect = self._suspect(burst)
            if suspect:
                await self._db.write(lambda session: _count(session, ids))
            try:
                await self._thinker.handle(address, burst, _joined(burst, address), thought)
            except Exception as error:
                # A full disk or a lost server is not the event's fault: it is not quarantined for that.
                change = -int(suspect) if outage(error) else int(not suspect)
                if change:
                    await self._db.write(lambda session: _count(session, ids, change))
                raise
            self._handling.note_success()
        # Storing further events gives a hint (see `_start`); if it is lost, the next scan finds them.
        return len(items) > len(burst) or len(items) == _BATCH

    def _look_at(self, session: Session, address: Address) -> tuple[list[InboxItem], T | None]:
        """Read the contact's pending events and, if they can be handled now, the result of `think`, in one read."""
        items = self._waiting(session, address)
        if not items or items[0].unreadable or items[0].attempts or self._typing(items) > 0:
            return items, None
        burst = self._burst(items)
        if self._suspect(burst):
            return items, None  # it may crash this process, so the attempt is counted first
        try:
            return items, self._thinker.think(session, address, _joined(burst, address))
        except Exception:  # a failure here repeats in handling, where it is counted  # noqa: BLE001
            return items, None

    def _suspect(self, burst: Sequence[InboxItem]) -> bool:
        return any(item.received_at < self._since for item in burst)

    def _waiting(self, session: Session, address: Address) -> list[InboxItem]:
        found = rows.run(session, _WAITING, {"account": address.account, "user_id": address.user_id})
        return [self._read(row) for row in found]

    def _read(self, row: Row[Any]) -> InboxItem:
        try:
            event = storable(self._decode(row.account, row.payload))
        except Exception as error:  # decoding may raise anything  # noqa: BLE001
            unreadable = f"the payload makes no sense ({type(error).__name__})"
            return InboxItem(row.id, row.received_at, row.attempts, None, row.payload, unreadable)
        return InboxItem(row.id, row.received_at, row.attempts, event, row.payload)

    def _burst(self, items: Sequence[InboxItem]) -> list[InboxItem]:
        """Return the messages that form one question: those within a window of each other. Else only the first.

        After an outage all messages arrive at once; then the platform's timestamps decide.
        """
        burst = [items[0]]
        if not self._joinable(items[0]) and not _is_of_album(items[0]):
            return burst
        for item in items[1:]:
            if not _same_album(burst[-1], item) and (not self._joinable(item) or self._apart(burst[-1], item)):
                break
            burst.append(item)
        return burst

    def _apart(self, one: InboxItem, next_: InboxItem) -> bool:
        """Return whether two consecutive messages arrived, or by their timestamps were written, too far apart."""
        window = timedelta(seconds=self._window)
        written = next_.event.at - one.event.at if one.event and next_.event else timedelta()
        return next_.received_at - one.received_at > window or abs(written) > window + _WHOLE_SECONDS

    def _joinable(self, item: InboxItem) -> bool:
        event = item.event
        return (
            self._window > 0
            and event is not None
            and event.kind is EventKind.MESSAGE
            and not event.text.startswith("/")
            and item.attempts == 0  # after a failure each is tried alone, so one bad message cannot harm others
        )

    def _typing(self, items: Sequence[InboxItem]) -> float:
        """Return the seconds to wait for more of the same burst."""
        burst = self._burst(items)
        window = max(self._window, ALBUM_WINDOW) if _is_of_album(burst[-1]) else self._window
        if not window or not (self._joinable(burst[0]) or _is_of_album(burst[-1])) or len(burst) < len(items):
            return 0
        now = self._clock()
        if now < burst[-1].received_at:
            return 0  # the clock was set back: the length of the pause is unknown
        quiet = window - (now - burst[-1].received_at).total_seconds()
        most = _ALBUM_AT_MOST if _is_of_album(burst[-1]) else _BURST_AT_MOST
        patience = window * most - (now - burst[0].received_at).total_seconds()
        return min(quiet, patience, window)


def _is_of_album(item: InboxItem) -> bool:
    event = item.event
    return event is not None and event.kind is EventKind.MESSAGE and event.album != "" and item.attempts == 0


def _same_album(one: InboxItem, other: InboxItem) -> bool:
    """Return whether both are parts of one album."""
    if not _is_of_album(one) or not _is_of_album(other) or one.event is None or other.event is None:
        return False
    return one.event.album == other.event.album


def _count(session: Session, ids: list[int], change: int = 1) -> None:
    rows.run(session, update(_INBOX).where(_INBOX.c.id.in_(ids)).values(attempts=_INBOX.c.attempts + change))


def _joined(burst: Sequence[InboxItem], address: Address) -> IncomingEvent:
    """Merge the burst into one event; an event without meaning becomes an empty permission."""
    events = [item.event for item in burst if item.event is not None]
    if not events:
        return IncomingEvent(EventKind.PROFILE, address, burst[0].received_at)
    text = "\n".join(event.text for event in events if event.text)
    attachments = tuple(attachment for event in events for attachment in event.attachments)
    contents = tuple(content for event in events for content in event.contents)
    return replace(events[-1], text=text, attachments=attachments, contents=contents)
