"""Fences: who overslept overwrites nothing, and what a dead sender held gets its correct state."""

from dataclasses import replace
from datetime import timedelta

from handoff.deliveries.claims import LEASE
from handoff.deliveries.new_rows import Choice
from handoff.messages import buttons
from handoff.messages.rich_text import units
from handoff.messages.text_parts import PART_UNITS
from handoff.messages.values import (
    Refused,
    Sent,
    Uncertain,
    Unsendable,
)
from handoff.models import DeliveryState
from tests.handoff.floor import Floor

S = DeliveryState


# --- the fence --------------------------------------------------------------------------------------------------------


async def test_a_sender_that_overslept_finds_its_part_taken(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    (slow,) = await floor.claims("slow")
    floor.clock.passes(seconds=LEASE.total_seconds() + 1)
    await floor.recovers("quick", idempotent=True)
    (quick,) = await floor.claims("quick")
    assert quick.delivery_id == slow.delivery_id
    assert not await floor.fences(slow, "slow")
    assert await floor.fences(quick, "quick")
    assert not await floor.fences(quick, "quick")  # and once only
    assert await floor.settles(slow, Refused("blocked"), "slow") is None
    assert await floor.settles(quick, Sent({"message_id": "5"}), "quick") is S.SENT
    (part,) = await floor.parts(anna)
    assert (part.state, part.platform_ids, part.attempts) == (S.SENT, {"message_id": "5"}, 1)
    assert (await floor.person(anna)).unreachable is None


async def test_a_sender_that_overslept_on_the_wire_cannot_overwrite(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    (slow,) = await floor.claims("slow")
    assert await floor.fences(slow, "slow")
    await floor.recovers("quick", idempotent=True)
    floor.clock.passes(seconds=10)
    await floor.sends(Sent({"message_id": "6"}), "quick")
    assert await floor.settles(slow, Uncertain("no answer"), "slow") is None
    (part,) = await floor.parts(anna)
    assert (part.state, part.platform_ids) == (S.SENT, {"message_id": "6"})


async def test_an_outcome_without_a_fence_counts_for_nothing(floor: Floor) -> None:
    await floor.posts(await floor.contact())
    (claimed,) = await floor.claims()
    assert await floor.settles(claimed, Sent()) is None
    assert await floor.fences(claimed)
    assert await floor.settles(claimed, Sent()) is S.SENT
    assert await floor.settles(claimed, Sent()) is None


# --- after a death ----------------------------------------------------------------------------------------------------


async def test_what_was_claimed_only_is_queued_again(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    await floor.claims("dead")
    await floor.recovers("heir", idempotent=False)
    (part,) = await floor.parts(anna)
    assert (part.state, part.attempts, part.repeated, part.lease_owner) == (S.QUEUED, 0, False, None)


async def test_an_outcome_that_could_not_be_written_yet_is_not_lost(floor: Floor) -> None:
    """The disk was full, or the server down, for longer than a lease; no other process has taken over the account."""
    anna = await floor.contact()
    await floor.posts(anna)
    (claimed,) = await floor.claims("one")
    await floor.fences(claimed, "one")
    floor.clock.passes(seconds=3600)
    await floor.recovers("one", idempotent=False, known=(claimed.delivery_id,))
    assert await floor.settles(claimed, Sent({"message_id": "5"}), "one") is S.SENT
    (part,) = await floor.parts(anna)
    assert (part.state, part.repeated) == (S.SENT, False)


async def test_an_heir_takes_over_though_somebody_may_know_better(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    (claimed,) = await floor.claims("one")
    await floor.fences(claimed, "one")
    await floor.recovers("heir", idempotent=True, known=(claimed.delivery_id,))
    assert await floor.settles(claimed, Sent({"message_id": "5"}), "one") is None


async def test_ones_own_claims_are_left_alone_while_they_last(floor: Floor) -> None:
    anna, boris = await floor.contact(), await floor.contact()
    for who in (anna, boris):
        await floor.posts(who)
    first, _ = await floor.claims("one")
    await floor.fences(first, "one")
    floor.clock.passes(seconds=LEASE.total_seconds() - 1)
    await floor.recovers("one", idempotent=True)
    assert [(await floor.parts(who))[0].state for who in (anna, boris)] == [S.SENDING, S.CLAIMED]
    floor.clock.passes(seconds=2)
    await floor.recovers("one", idempotent=True)
    assert [(await floor.parts(who))[0].state for who in (anna, boris)] == [S.RETRYING, S.QUEUED]


async def test_where_a_repeat_shows_once_it_is_sent_again(floor: Floor) -> None:
    anna, maria = await floor.contact(), await floor.agent("Maria")
    await floor.posts(anna, agent=maria)
    (claimed,) = await floor.claims("dead")
    await floor.fences(claimed, "dead")
    await floor.recovers("heir", idempotent=True)
    (part,) = await floor.parts(anna)
    assert (part.state, part.repeated, part.reason) == (S.RETRYING, False, "the program stopped while sending")
    assert floor.clock() < part.next_attempt_at <= floor.clock() + timedelta(seconds=1.2)


async def test_else_the_bots_own_words_go_out_once_more_and_say_so(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    for state, repeated in ((S.RETRYING, True), (S.MAYBE, True)):
        floor.clock.passes(minutes=1)
        await floor.do(lambda session: floor.outbox.repeat(session, "vk:main"))  # the channel works again
        (claimed,) = await floor.claims("dead")
        await floor.fences(claimed, "dead")
        await floor.recovers("heir", idempotent=False)
        (part,) = await floor.parts(anna)
        assert (part.state, part.repeated) == (state, repeated)


async def test_refused_buttons_become_numbers_however_long_the_text_is(floor: Floor) -> None:
    anna = await floor.contact()
    text = " ".join(["word"] * (PART_UNITS // 5))
    await floor.posts(anna, text, choices=(Choice("Yes", buttons.Helped()), Choice("No", buttons.NotHelped())))
    (claimed,) = await floor.claims()
    await floor.fences(claimed)
    plain = replace(claimed.part, buttons=())
    assert await floor.settles(claimed, Unsendable("the platform does not take the buttons", plain)) is S.QUEUED
    await floor.delivers()
    parts = await floor.parts(anna)
    assert {part.state for part in parts} == {S.SENT}
    assert "".join(part.text for part in parts).endswith("Answer with a number:\n1. Yes\n2. No")
    assert all(units(part.text) <= PART_UNITS for part in parts)
    assert [part.buttons for part in parts] == [[]] * len(parts)


async def test_what_may_have_arrived_waits_for_the_channel_or_the_contact(floor: Floor) -> None:
    anna, boris = await floor.contact(), await floor.contact()
    for who in (anna, boris):
        await floor.posts(who, "may have arrived")
        await floor.posts(who, "later")
    for claimed in await floor.claims():
        assert await floor.fences(claimed)
        await floor.settles(claimed, Uncertain("no answer"))
    floor.clock.passes(hours=1)
    assert await floor.claims() == []  # and nothing overtakes it
    assert await floor.do(lambda session: floor.outbox.repeats(session, "vk:main"))
    await floor.do(lambda session: floor.outbox.repeat(session, "vk:main", contact_id=boris))
    assert [claimed.contact_id for claimed in await floor.claims()] == [boris]
    await floor.do(lambda session: floor.outbox.repeat(session, "vk:main", most=1))
    assert [claimed.contact_id for claimed in await floor.claims()] == [anna]
    assert not await floor.do(lambda session: floor.outbox.repeats(session, "vk:main"))


async def test_and_an_agents_words_are_for_the_agent_to_decide(floor: Floor) -> None:
    anna, maria = await floor.contact(), await floor.agent("Maria")
    await floor.posts(anna, agent=maria)
    (claimed,) = await floor.claims("dead")
    await floor.fences(claimed, "dead")
    await floor.recovers("heir", idempotent=False)
    (part,) = await floor.parts(anna)
    assert (part.state, part.repeated) == (S.MAYBE, False)


async def test_the_dead_of_another_account_are_not_ours(floor: Floor) -> None:
    boris = await floor.contact("vk:second")
    await floor.posts(boris)
    await floor.claims("dead", "vk:second")
    await floor.recovers("heir", idempotent=True)
    assert (await floor.parts(boris))[0].state is S.CLAIMED
