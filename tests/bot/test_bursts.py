"""Bursts: messages that a contact writes in a row are one question."""

from datetime import timedelta

import pytest

from bot.inbox.intake import ATTEMPTS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from tests.bot.inboxes import Inbox, raw, until
from tests.office import Clock as StandingClock


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
