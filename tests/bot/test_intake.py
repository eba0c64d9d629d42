"""The inbox: events are stored once and handled once, in each contact's order, despite failures."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels import RawEvent
from bot.inbox.intake import ATTEMPTS, InboxItem, Intake
from handoff.messages.values import Address, EventKind, IncomingEvent
from handoff.models import ChannelState, InboxEvent, InboxState
from infra.bus import Bus, LocalBus
from infra.clock import Clock, utc_now
from infra.database import Database
from tests.office import Clock as StandingClock

ACCOUNT = "vk:main"
PATIENCE = 20.0


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


@pytest.fixture
def inbox(database: Database, bus: Bus) -> Inbox:
    return Inbox(database, bus)


# --- keeping ----------------------------------------------------------------------------------------------------------


async def test_the_same_event_fifty_times_is_one(inbox: Inbox) -> None:
    await asyncio.gather(*(inbox.inlet.store([raw("1", "hello", "event-7")]) for _ in range(50)))
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", "hello")]
    assert len(await inbox.rows()) == 1


async def test_one_message_told_by_two_events_is_one(inbox: Inbox) -> None:
    await inbox.inlet.store([raw("1", "hello", "callback-1", "message-5")])
    await inbox.inlet.store(
        [raw("1", "hello", "longpoll-9", "message-5"), raw("1", "more", "longpoll-10", "message-6")]
    )
    assert [row.event_key for row in await inbox.rows()] == ["callback-1", "longpoll-10"]


async def test_accounts_do_not_share_their_keys(inbox: Inbox) -> None:
    await inbox.inlet.store([raw("1", "hello", "1", "m1")])
    await inbox.intake.inlet("vk:second").store([raw("1", "hello", "1", "m1")])
    assert [row.account for row in await inbox.rows()] == [ACCOUNT, "vk:second"]


async def test_events_and_cursor_are_kept_together_or_not_at_all(inbox: Inbox) -> None:
    assert await inbox.inlet.cursor() is None
    await inbox.inlet.store([raw("1", "hello")], cursor="5")
    assert await inbox.inlet.cursor() == "5"
    unkeepable = RawEvent("k", None, "1", {"text": object()})
    with pytest.raises(Exception, match="not JSON serializable"):
        await inbox.inlet.store([raw("1", "lost?"), unkeepable], cursor="6")
    assert (await inbox.inlet.cursor(), len(await inbox.rows())) == ("5", 1)
    await inbox.inlet.store([], cursor="7")
    assert await inbox.inlet.cursor() == "7"


async def test_what_platforms_send_is_kept_exactly(inbox: Inbox) -> None:
    odd = {"text": "нуль \x00 половина \ud83d \u202e" + "я" * 65_536, "deep": [{"a": [None, 1.5]}]}
    await inbox.inlet.store([RawEvent("odd", None, "1", odd)])
    assert (await inbox.rows())[0].payload == odd


async def test_a_report_is_kept_until_the_next(inbox: Inbox) -> None:
    async def problem() -> str | None:
        return await inbox.database.read(lambda session: session.get_one(ChannelState, ACCOUNT).problem)

    await inbox.inlet.report("the token is rejected")
    assert await problem() == "the token is rejected"
    await inbox.inlet.report(None)
    assert await problem() is None


# --- thinking ---------------------------------------------------------------------------------------------------------


async def test_each_contacts_events_are_thought_about_in_their_order(inbox: Inbox) -> None:
    texts = [str(number) for number in range(12)]
    async with inbox.running():
        for text in texts:
            await inbox.inlet.store([raw(user, text) for user in "abc"])
        await inbox.emptied()
    assert [inbox.listener.of(user) for user in "abc"] == [texts] * 3


async def test_what_was_stored_before_the_start_is_not_forgotten(inbox: Inbox) -> None:
    await inbox.inlet.store([raw("1", "early")])
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", "early")]


async def test_a_lost_hint_only_delays(database: Database) -> None:
    thinking, storing = Inbox(database, LocalBus()), Inbox(database, LocalBus())
    async with thinking.running():
        await storing.inlet.store([raw("1", "unannounced")])
        await thinking.emptied()
    assert thinking.listener.heard == [("1", "unannounced")]


async def test_two_who_think_on_one_database_handle_nothing_twice(database: Database, bus: Bus) -> None:
    one, two = Inbox(database, bus), Inbox(database, bus)
    texts = [str(number) for number in range(8)]
    async with one.running(), two.running():
        for text in texts:
            await one.inlet.store([raw(str(user), text) for user in range(8)])
        await one.emptied()
        await two.emptied()
    heard = one.listener.heard + two.listener.heard
    assert sorted(heard) == sorted((str(user), text) for user in range(8) for text in texts)
    for listener in (one.listener, two.listener):
        assert all(listener.of(str(user)) == sorted(listener.of(str(user))) for user in range(8))


async def test_what_needs_no_thought_is_done_with(inbox: Inbox) -> None:
    await inbox.inlet.store([raw("1", "typing", kind="nothing"), raw("1", "hello")])
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", ""), ("1", "hello")]


# --- trouble ----------------------------------------------------------------------------------------------------------


async def test_an_event_from_before_the_start_counts_before_it_is_thought_about(inbox: Inbox) -> None:
    """It may have been the end of the last process; so one that kills each process counts too."""
    await inbox.inlet.store([raw("1", "hello")])
    await inbox.change(received_at=utc_now() - timedelta(minutes=1))
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.attempts == [1]


async def test_events_that_met_the_end_of_a_process_are_tried_one_at_a_time(inbox: Inbox) -> None:
    """The one that ends it each time would take the others with it."""
    users = [str(number) for number in range(6)]
    await inbox.inlet.store([raw(user, "hello") for user in users])
    await inbox.change(attempts=1, received_at=utc_now() - timedelta(minutes=1))
    async with inbox.running():
        await inbox.emptied()
    assert sorted(user for user, _ in inbox.listener.heard) == users
    assert inbox.listener.attempts == [2] * len(users)
    assert inbox.listener.most_at_once == 1


async def test_poison_is_set_aside_after_five_failures_and_harms_nobody(inbox: Inbox) -> None:
    inbox.listener.fails_on = {"poison"}
    await inbox.inlet.store([raw("1", "poison")])
    await inbox.change(attempts=ATTEMPTS - 1)  # it has failed before, or killed the process each time
    await inbox.inlet.store([raw("1", "after"), raw("2", "elsewhere")])
    async with inbox.running():
        await until(lambda: ("2", "elsewhere") in inbox.listener.heard)
        await inbox.emptied()
    assert inbox.listener.quarantined == [("1", "poison", "handling it failed 5 times")]
    assert inbox.listener.of("1") == ["after"]
    assert [row.state for row in await inbox.rows()] == [InboxState.POISON, InboxState.DONE, InboxState.DONE]


@pytest.mark.parametrize("hours", [0, 1], ids=["new", "from before the start"])
async def test_an_outage_is_not_counted_against_an_event(inbox: Inbox, hours: int) -> None:
    await inbox.inlet.store([raw("1", "asked on the worst day")])
    await inbox.change(attempts=ATTEMPTS - 1, received_at=utc_now() - timedelta(hours=hours))
    inbox.listener.outages = [OSError(errno.ENOSPC, "No space left on device"), TimeoutError()]
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.of("1") == ["asked on the worst day"]
    assert inbox.listener.quarantined == []


async def test_a_failure_that_passes_is_tried_again(inbox: Inbox) -> None:
    inbox.listener.fails_on = {"hello"}
    async with inbox.running():
        await inbox.inlet.store([raw("1", "hello")])
        await until(lambda: len(inbox.listener.attempts) == 1)
        inbox.listener.fails_on = set()
        await inbox.emptied()
    assert (inbox.listener.heard, inbox.listener.quarantined) == ([("1", "hello")], [])


async def test_a_payload_that_makes_no_sense_is_set_aside_at_once(inbox: Inbox) -> None:
    await inbox.inlet.store([RawEvent("bad", None, "1", {"text": "no kind"}), raw("1", "after")])
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.quarantined == [("1", "no kind", "the payload makes no sense (KeyError)")]
    assert inbox.listener.of("1") == ["after"]


# --- bursts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def bursting(database: Database, bus: Bus, clock: Clock) -> Inbox:
    return Inbox(database, bus, clock, window=1.5)


async def test_messages_in_a_row_are_one_question(database: Database, bus: Bus, clock: StandingClock) -> None:
    inbox = bursting(database, bus, clock)
    for text in ("hello", "I cannot", "sign in"):
        await inbox.inlet.store([raw("1", text)])
        clock.passes(seconds=1.5)
    clock.passes(seconds=0.1)
    await inbox.inlet.store([raw("1", "and later this")])
    clock.passes(seconds=1.5)
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", "hello\nI cannot\nsign in"), ("1", "and later this")]


async def test_a_clock_that_is_set_back_keeps_no_burst_waiting(
    database: Database, bus: Bus, clock: StandingClock
) -> None:
    inbox = bursting(database, bus, clock)
    await inbox.inlet.store([raw("1", "hello")])
    clock.passes(hours=-1)
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", "hello")]


async def test_what_was_written_apart_and_comes_together_is_not_one_question(
    database: Database, bus: Bus, clock: StandingClock
) -> None:
    inbox = bursting(database, bus, clock)
    times = {"one": 0, "goes on": 2, "another": 1202, "of an hour later": 4800, "wrong clock": 10, "fresh": 12.5}
    await inbox.inlet.store([raw("1", text, at=at) for text, at in times.items()])
    clock.passes(seconds=1.5)
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.of("1") == ["one\ngoes on", "another", "of an hour later", "wrong clock\nfresh"]


async def test_a_press_or_a_command_ends_the_burst(database: Database, bus: Bus, clock: StandingClock) -> None:
    inbox = bursting(database, bus, clock)
    await inbox.inlet.store(
        [raw("1", "one"), raw("1", "", "p", kind="press"), raw("1", "two"), raw("1", "/start"), raw("1", "three")]
    )
    clock.passes(seconds=1.5)
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.of("1") == ["one", "", "two", "/start", "three"]


async def test_whoever_never_stops_typing_is_answered_all_the_same(
    database: Database, bus: Bus, clock: StandingClock
) -> None:
    inbox = bursting(database, bus, clock)
    for number in range(5):
        await inbox.inlet.store([raw("1", str(number))])
        clock.passes(seconds=1.125)
    clock.now -= timedelta(seconds=1.125)  # the last one has come only just now
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", "0\n1\n2\n3\n4")]


async def test_after_a_failure_each_message_is_tried_alone(database: Database, bus: Bus, clock: StandingClock) -> None:
    inbox = bursting(database, bus, clock)
    inbox.listener.fails_on = {"bad"}
    await inbox.inlet.store([raw("1", "good"), raw("1", "bad")])
    await inbox.change(attempts=ATTEMPTS - 1)
    clock.passes(seconds=1.5)
    async with inbox.running():
        await inbox.emptied()
    assert inbox.listener.heard == [("1", "good")]
    assert [text for _, text, _ in inbox.listener.quarantined] == ["bad"]


async def test_a_contact_without_a_burst_does_not_wait_for_one_with(
    database: Database, bus: Bus, clock: StandingClock
) -> None:
    inbox = bursting(database, bus, clock)
    await inbox.inlet.store([raw("slow", "just typed"), raw("quick", "", "p", kind="press")])
    async with inbox.running():
        await until(lambda: inbox.listener.heard == [("quick", "")])
