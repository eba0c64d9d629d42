"""The inbox: events are stored once and handled once, in each contact's order, despite failures."""

import asyncio
import errno
from datetime import timedelta

import pytest

from bot.channels import RawEvent
from bot.inbox.intake import ATTEMPTS
from handoff.models import ChannelState, InboxState
from infra.bus import Bus, LocalBus
from infra.clock import utc_now
from infra.database import Database
from tests.bot.inboxes import ACCOUNT, Inbox, raw, until


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
