"""Deliveries: one sender at a time per part, each contact's parts in order, and correct states after a crash."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handoff.deliveries.claims import Claimed, Claims
from handoff.deliveries.new_rows import Choice
from handoff.errors import NotFoundError, StateError
from handoff.messages import buttons
from handoff.messages.text_parts import PART_UNITS
from handoff.messages.values import (
    AuthBroken,
    Entity,
    EntityKind,
    OutgoingPart,
    Refused,
    Retry,
    RetryAfter,
    RichText,
    Sent,
    Unsendable,
)
from handoff.models import ChoiceRow, Delivery, DeliveryState
from tests.handoff.floor import Floor

S = DeliveryState


# --- posting ----------------------------------------------------------------------------------------------------------


async def test_a_long_text_is_several_parts_with_the_buttons_under_the_last(floor: Floor) -> None:
    anna = await floor.contact()
    text = " ".join(f"word{number}" for number in range(1200))
    await floor.posts(anna, text, choices=(Choice("Yes", buttons.Helped(entry=7)), Choice("No", buttons.NotHelped())))
    parts = await floor.parts(anna)
    assert " ".join(part.text for part in parts) == text
    assert [len(part.text) <= PART_UNITS for part in parts] == [True] * 3
    assert [[button["label"] for button in part.buttons] for part in parts] == [[], [], ["Yes", "No"]]
    assert {part.state for part in parts} == {S.QUEUED}
    button = parts[-1].buttons[0]["id"]
    assert len(button) <= 40
    assert button.isascii()
    row = await floor.database.read(lambda session: (r := session.get_one(ChoiceRow, button)) and (r.action, r.data))
    assert row == ("helped", {"entry": 7})


async def test_each_part_has_a_key_of_its_own_that_is_kept(floor: Floor) -> None:
    anna = await floor.contact()
    for _ in range(3):
        await floor.posts(anna, "x " * 5000)
    keys = []
    for _ in range(9):
        for last_try in (False, True):
            (claimed,) = await floor.claims()
            keys.append(claimed.part.random_id)
            assert claimed.part.random_id in [part.random_id for part in await floor.parts(anna)]
            await floor.fences(claimed)
            await floor.settles(claimed, Sent({}) if last_try else Retry("no connection"))
            floor.clock.passes(minutes=2)
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == 9
    assert all(0 < key < 2**31 for key in keys)


async def test_whoever_sends_is_told_of_a_new_part(floor: Floor) -> None:
    anna = await floor.contact("telegram:main")
    with floor.bus.subscribe("outbox") as hints:
        await floor.posts(anna)
        assert await hints.next(5) == "telegram:main"


# --- claiming ---------------------------------------------------------------------------------------------------------


async def test_the_first_part_of_each_contact_is_claimed(floor: Floor) -> None:
    anna, boris = await floor.contact(), await floor.contact()
    for text in ("a1", "a2"):
        await floor.posts(anna, text)
    await floor.posts(boris, "b1")
    assert [claimed.part.text.text for claimed in await floor.claims()] == ["a1", "b1"]
    assert await floor.claims() == []


async def test_a_claim_says_everything_that_is_to_be_sent(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna, "words", choices=(Choice("Yes", buttons.Helped()),))
    (claimed,) = await floor.claims()
    ((part,),) = [await floor.parts(anna)]
    assert claimed.contact_id == anna
    assert str(claimed.part.address) == f"vk:main/{part.user_id}"
    assert claimed.part.text == RichText("words")
    assert [(button.label, button.id) for button in claimed.part.buttons] == [("Yes", part.buttons[0]["id"])]


async def test_no_more_is_claimed_than_asked_for_and_nothing_of_other_accounts(floor: Floor) -> None:
    for account in ("vk:main", "vk:main", "vk:main", "vk:second"):
        await floor.posts(await floor.contact(account))
    assert len(await floor.claims(limit=2)) == 2
    assert len(await floor.claims(limit=2)) == 1
    assert len(await floor.claims(account="vk:second")) == 1


async def test_an_unfinished_part_holds_back_the_next_and_a_finished_one_does_not(floor: Floor) -> None:
    claimed: dict[DeliveryState, list[str]] = {}
    for state in DeliveryState:
        anna = await floor.contact()
        await floor.posts(anna, "first")
        (first,) = await floor.parts(anna)
        await floor.posts(anna, "second")
        await floor.puts(first.id, state)
        claimed[state] = [claim.part.text.text for claim in await floor.claims()]
    finished = {S.SENT, S.REFUSED, S.MAYBE, S.FAILED, S.CANCELLED}
    assert {state for state, texts in claimed.items() if texts == ["first"]} == {S.QUEUED, S.RETRYING}
    assert {state for state, texts in claimed.items() if texts == []} == {S.CLAIMED, S.SENDING}
    assert {state for state, texts in claimed.items() if texts == ["second"]} == finished


async def test_a_part_is_not_due_before_its_time_and_holds_back_the_next(floor: Floor) -> None:
    anna, boris = await floor.contact(), await floor.contact()
    await floor.posts(anna, "first")
    await floor.posts(anna, "second")
    (claimed,) = await floor.claims()
    await floor.fences(claimed)
    await floor.settles(claimed, RetryAfter(30))
    await floor.posts(boris, "meanwhile")
    assert [claimed.part.text.text for claimed in await floor.claims()] == ["meanwhile"]
    floor.clock.passes(seconds=30)
    assert [claimed.part.text.text for claimed in await floor.claims()] == ["first"]


async def test_two_who_claim_at_once_never_get_the_same(floor: Floor) -> None:
    for _ in range(30):
        await floor.posts(await floor.contact())
    rounds = await asyncio.gather(*(floor.claims(f"sender {number}", limit=7) for number in range(8)))
    got = [claimed.delivery_id for round_ in rounds for claimed in round_]
    assert len(got) == len(set(got))
    left = await floor.claims("the last", limit=100)
    assert len(got) + len(left) == 30


async def test_what_is_due_next_is_known(floor: Floor) -> None:
    async def claims() -> Claims:
        return await floor.do(lambda session: floor.outbox.claim(session, "vk:main", "one", 10))

    assert await claims() == Claims([], None)
    await floor.posts(await floor.contact())
    nothing_later = await claims()
    assert (len(nothing_later.parts), nothing_later.next_due) == (1, None)
    await floor.fences(nothing_later.parts[0])
    await floor.settles(nothing_later.parts[0], RetryAfter(30))
    assert await claims() == Claims([], floor.clock() + timedelta(seconds=30))
    floor.clock.passes(seconds=30)
    await floor.sends()
    assert await claims() == Claims([], None)


async def test_a_claim_fences_what_may_go_at_once(floor: Floor) -> None:
    contacts = [await floor.contact() for _ in range(4)]
    for contact in contacts:
        await floor.posts(contact)
    resting = frozenset(contacts[:1])
    claims = await floor.do(
        lambda session: floor.outbox.claim(session, "vk:main", "one", 10, at_once=2, resting=resting)
    )
    assert [claimed.fenced for claimed in claims.parts] == [False, True, True, False]
    states = [(await floor.parts(contact))[0] for contact in contacts]
    assert [(part.state, part.attempts) for part in states] == [
        (DeliveryState.CLAIMED, 0),
        (DeliveryState.SENDING, 1),
        (DeliveryState.SENDING, 1),
        (DeliveryState.CLAIMED, 0),
    ]
    assert not await floor.fences(claims.parts[1])  # it is not marked twice
    assert await floor.settles(claims.parts[1], Sent({"id": "1"})) is DeliveryState.SENT
    assert await floor.settles(claims.parts[0], Sent({"id": "1"})) is None  # it was never on the wire


async def test_what_was_claimed_and_not_sent_is_given_back(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    (claimed,) = await floor.claims("one")
    await floor.do(lambda session: floor.outbox.release(session, [claimed.delivery_id], "another"))
    assert await floor.claims("two") == []
    await floor.do(lambda session: floor.outbox.release(session, [claimed.delivery_id], "one"))
    assert len(await floor.claims("two")) == 1
    assert (await floor.parts(anna))[0].attempts == 0


# --- outcomes ---------------------------------------------------------------------------------------------------------


async def test_a_pause_of_the_platform_is_no_attempt(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    for outcome in (RetryAfter(35), AuthBroken("the token is rejected"), Retry("no connection")):
        await floor.sends(outcome)
        floor.clock.passes(minutes=1)
    (part,) = await floor.parts(anna)
    assert (part.state, part.attempts, part.reason) == (S.RETRYING, 1, "no connection")


async def test_a_refusal_is_noted_with_the_contact(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    await floor.sends(Refused("blocked the community"))
    (part,) = await floor.parts(anna)
    assert (part.state, part.reason) == (S.REFUSED, "blocked the community")
    assert (await floor.person(anna)).unreachable == "blocked the community"


async def test_a_plainer_form_takes_the_place_of_one_that_is_not_taken(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna, "rich")
    (claimed,) = await floor.claims()
    await floor.fences(claimed)
    plain = OutgoingPart(claimed.part.address, RichText("plain", (Entity(EntityKind.BOLD, 0, 5),)))
    await floor.settles(claimed, Unsendable("the formatting", plain))
    (again,) = await floor.claims()
    assert (again.part.text, again.part.buttons) == (plain.text, ())
    assert again.part.random_id == claimed.part.random_id
    await floor.fences(again)
    await floor.settles(again, Unsendable("not taken"))
    (part,) = await floor.parts(anna)
    assert (part.state, part.reason) == (S.FAILED, "not taken")


async def test_the_desk_is_told_of_what_happens_to_an_agents_words(floor: Floor) -> None:
    anna, maria = await floor.contact(), await floor.agent("Maria")
    await floor.posts(anna, agent=maria)
    with floor.bus.subscribe("desk") as hints:
        await floor.sends()
        assert await hints.next(5) == str(anna)


# --- by hand ----------------------------------------------------------------------------------------------------------


async def test_what_may_be_sent_again_by_hand(floor: Floor) -> None:
    def retrying(part: Delivery) -> Callable[[Session], None]:
        return lambda session: floor.outbox.retry(session, part.id)

    for state in DeliveryState:
        part = await placed(floor, state)
        if state in {S.FAILED, S.REFUSED, S.MAYBE, S.RETRYING}:
            await floor.do(retrying(part))
            (after,) = await floor.parts(part.contact_id)
            assert (after.state, after.attempts, after.repeated) == (S.QUEUED, 0, state is S.MAYBE)
            assert part.id in {claim.delivery_id for claim in await floor.claims()}
        else:
            with pytest.raises(StateError):
                await floor.do(retrying(part))
            assert (await floor.parts(part.contact_id))[0].state is state


@pytest.mark.parametrize("arrived", [True, False])
async def test_only_what_may_have_arrived_is_settled_by_hand(floor: Floor, arrived: bool) -> None:
    def settling(part: Delivery) -> Callable[[Session], None]:
        return lambda session: floor.outbox.settle_by_hand(session, part.id, arrived=arrived)

    for state in DeliveryState:
        part = await placed(floor, state)
        if state is S.MAYBE:
            await floor.do(settling(part))
            (after,) = await floor.parts(part.contact_id)
            known = (S.SENT, "an agent marked it as arrived") if arrived else (S.FAILED, "an agent marked it as lost")
            assert (after.state, after.reason) == known
        else:
            with pytest.raises(StateError):
                await floor.do(settling(part))
            assert (await floor.parts(part.contact_id))[0].state is state


async def placed(floor: Floor, state: DeliveryState) -> Delivery:
    """A part of a new contact in this state."""
    who = await floor.contact()
    await floor.posts(who)
    (part,) = await floor.parts(who)
    await floor.puts(part.id, state)
    return part


async def test_what_does_not_exist_is_said_not_to(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: floor.outbox.retry(session, 404))
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: floor.outbox.settle_by_hand(session, 404, arrived=True))


async def test_settling_tells_whether_a_later_part_of_the_contacts_waits(floor: Floor) -> None:
    anna, boris = await floor.contact(), await floor.contact()
    for contact in (anna, anna, boris):
        await floor.posts(contact)

    async def settles(part: Claimed) -> bool:
        assert await floor.fences(part)
        work = floor.outbox.settle
        settled = await floor.do(lambda session: work(session, part.delivery_id, "one", Sent(), idempotent=True))
        assert settled is not None
        return settled.behind

    first, of_boris = await floor.claims()
    assert await settles(first)
    assert not await settles(of_boris)
    (second,) = await floor.claims()
    assert not await settles(second)
