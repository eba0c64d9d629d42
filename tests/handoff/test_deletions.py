"""Deletion of replies on their way: what was taken back is never sent later, and what may have arrived is reported."""

from datetime import timedelta

import pytest

from handoff.deliveries.deletions import NO_CONNECTION, NO_NUMBER
from handoff.messages.values import Refused, Retry, SendOutcome, Sent, Uncertain, Unsendable
from handoff.models import Delivery, DeliveryState, TicketStatus
from handoff.people.agents import AgentView
from tests.handoff.floor import Floor

S = DeliveryState


async def replied(floor: Floor) -> tuple[int, int, AgentView, int]:
    """A reply that was not sent yet: its contact, ticket, author and message."""
    anna, maria = await floor.contact(), await floor.agent("Maria")
    number = await floor.asks(contact_id=anna)
    message = await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "secret"))
    return anna, number, maria, message


async def deletes(floor: Floor, message: int, agent: AgentView) -> None:
    await floor.do(lambda session: floor.desk.deletions.delete(session, message, agent.id))


def states(parts: list[Delivery]) -> list[tuple[bool, DeliveryState]]:
    return [(part.deletes, part.state) for part in parts]


async def test_what_was_not_sent_is_cancelled(floor: Floor) -> None:
    anna, number, maria, message = await replied(floor)
    await deletes(floor, message, maria)
    assert states(await floor.parts(anna)) == [(False, S.CANCELLED)]
    assert await floor.claims() == []
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.unanswered_since) == (TicketStatus.OPEN, ticket.opened_at)


async def test_what_is_under_way_is_deleted_once_it_is_there(floor: Floor) -> None:
    anna, _, maria, message = await replied(floor)
    (claimed,) = await floor.claims()
    assert await floor.fences(claimed)
    await deletes(floor, message, maria)
    assert await floor.claims() == []  # the deletion waits for what it deletes
    await floor.settles(claimed, Sent({"cmid": "7"}))
    deletion = await floor.sends(Sent())
    assert (deletion.part.deletes, deletion.part.edits, deletion.part.is_silent) == ("7", None, True)
    assert states(await floor.parts(anna)) == [(False, S.SENT), (True, S.SENT)]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Retry(NO_CONNECTION), S.CANCELLED),
        (Refused("blocked"), S.CANCELLED),
        (Unsendable("too long"), S.CANCELLED),
        (Retry("the platform did not answer"), S.FAILED),
        (Uncertain("the platform did not answer"), S.FAILED),
    ],
)
async def test_what_did_not_arrive_is_not_sent_again(floor: Floor, outcome: SendOutcome, state: DeliveryState) -> None:
    for at_once in (False, True):  # deleted after the outcome, and before it
        anna, _, maria, message = await replied(floor)
        (claimed,) = await floor.claims()
        assert await floor.fences(claimed)
        if at_once:
            await deletes(floor, message, maria)
        await floor.settles(claimed, outcome, idempotent=False)
        if not at_once:
            await deletes(floor, message, maria)
        floor.clock.passes(hours=1)
        assert await floor.claims() == []
        first, *deletions = await floor.parts(anna)
        assert first.state is S.CANCELLED
        assert all(part.deletes and part.state is state for part in deletions)
        assert len(deletions) == (at_once or state is S.FAILED)
        assert {part.reason for part in deletions if part.state is S.FAILED} <= {NO_NUMBER}


async def test_a_claim_that_is_released_is_not_sent(floor: Floor) -> None:
    anna, _, maria, message = await replied(floor)
    (claimed,) = await floor.claims()
    await deletes(floor, message, maria)
    await floor.do(lambda session: floor.outbox.release(session, [claimed.delivery_id], "one"))
    assert states(await floor.parts(anna)) == [(False, S.CANCELLED), (True, S.CANCELLED)]
    assert await floor.claims() == []


async def test_a_correction_under_way_does_not_become_a_message(floor: Floor) -> None:
    anna, _, maria, message = await replied(floor)
    await floor.sends(Sent({"cmid": "7"}))
    await floor.do(lambda session: floor.desk.correct(session, message, maria.id, "less secret"))
    (edit,) = await floor.claims()
    assert await floor.fences(edit)
    await deletes(floor, message, maria)
    await floor.settles(edit, Unsendable("too old"))
    await floor.sends(Sent())
    assert states(await floor.parts(anna)) == [(False, S.SENT), (False, S.CANCELLED), (True, S.SENT)]


async def test_a_correction_that_was_sent_as_a_message_is_deleted_too(floor: Floor) -> None:
    anna, _, maria, message = await replied(floor)
    await floor.sends(Sent({"cmid": "7"}))
    await floor.do(lambda session: floor.desk.correct(session, message, maria.id, "less secret"))
    await floor.sends(Unsendable("too old"))
    await floor.sends(Sent({"cmid": "9"}))
    await deletes(floor, message, maria)
    assert [(await floor.sends(Sent())).part.deletes for _ in range(2)] == ["7", "9"]
    assert all(part.state is S.SENT for part in await floor.parts(anna))


@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_deletion_that_a_dead_sender_held_is_tried_again(floor: Floor, idempotent: bool) -> None:
    anna, _, maria, message = await replied(floor)
    await floor.sends(Sent({"cmid": "7"}))
    await deletes(floor, message, maria)
    (claimed,) = await floor.claims("dead")
    assert await floor.fences(claimed, "dead")
    await floor.recovers("alive", idempotent=idempotent)
    assert states(await floor.parts(anna)) == [(False, S.SENT), (True, S.RETRYING)]
    floor.clock.passes(minutes=1)
    assert (await floor.sends(Sent(), "alive")).part.deletes == "7"
    assert states(await floor.parts(anna)) == [(False, S.SENT), (True, S.SENT)]


async def test_a_failed_deletion_is_tried_again_by_an_agent_and_marks_no_answer_as_lost(floor: Floor) -> None:
    anna, number, maria, message = await replied(floor)
    await floor.sends(Sent({"cmid": "7"}))
    await deletes(floor, message, maria)
    failed = await floor.sends(Unsendable("not now"))
    assert (await floor.ticket(number)).undelivered is None
    await floor.do(lambda session: floor.outbox.retry(session, failed.delivery_id))
    assert (await floor.sends(Sent())).part.deletes == "7"
    assert states(await floor.parts(anna)) == [(False, S.SENT), (True, S.SENT)]


async def test_a_reply_of_a_closed_question_that_is_deleted_unsent_keeps_no_promise(floor: Floor) -> None:
    anna, number, maria, message = await replied(floor)
    within = timedelta(minutes=1)
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id, within))
    assert (await floor.ticket(number)).due_at is not None  # the answer on its way would keep the promise
    await deletes(floor, message, maria)
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.due_at) == (TicketStatus.SOLVED, None)
    await floor.do(lambda session: floor.desk.undo_resolve(session, number, maria.id))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.unanswered_since) == (TicketStatus.OPEN, ticket.opened_at)
    assert ticket.due_at is not None
    assert states(await floor.parts(anna)) == [(False, S.CANCELLED)]
