"""Marks on contacts' messages: parts of the outbox that hold nothing back, and whose failure affects no message."""

import pytest
from sqlalchemy.orm import Session

from handoff.deliveries.outcomes import STALE
from handoff.messages.values import AuthBroken, Refused, Retry, RetryAfter, SendOutcome, Sent, Uncertain, Unsendable
from handoff.models import Contact, DeliveryState, Message, MessageKind, Ticket
from tests.handoff.floor import Floor

S = DeliveryState


async def marks(floor: Floor, contact_id: int, platform_id: str | None = "41") -> int:
    """A message of the contact's that is marked; its id."""

    def work(session: Session) -> int:
        contact = session.get_one(Contact, contact_id)
        message = Message(
            contact_id=contact_id, kind=MessageKind.INCOMING, text="x", platform_id=platform_id, at=floor.clock()
        )
        session.add(message)
        session.flush()
        floor.outbox.mark(session, contact, message.id)
        return message.id

    return await floor.do(work)


async def test_a_mark_and_a_message_do_not_wait_for_each_other(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna, "before")
    await marks(floor, anna)
    await floor.posts(anna, "after")
    first, mark = await floor.claims()
    assert (first.part.text.text, first.part.marks, mark.part.marks) == ("before", None, "41")
    assert await floor.fences(mark)
    assert await floor.fences(first)
    await floor.settles(first, Sent())
    (after,) = await floor.claims()  # the mark is still on its way
    assert after.part.text.text == "after"
    assert await floor.settles(mark, Sent()) is S.SENT


async def test_what_has_no_id_on_the_platform_is_not_marked(floor: Floor) -> None:
    anna = await floor.contact()
    await marks(floor, anna, None)
    assert await floor.parts(anna) == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Unsendable("not taken"), S.CANCELLED),
        (Refused("blocked"), S.CANCELLED),
        (Retry("no connection"), S.RETRYING),
        (Uncertain("no answer"), S.RETRYING),
        (RetryAfter(9), S.QUEUED),
        (AuthBroken("token"), S.RETRYING),
    ],
)
async def test_a_failed_mark_has_no_consequences(floor: Floor, outcome: SendOutcome, state: DeliveryState) -> None:
    anna = await floor.contact()
    await marks(floor, anna)
    await floor.sends(outcome, idempotent=False)
    assert [part.state for part in await floor.parts(anna)] == [state]
    if state is not S.CANCELLED:  # it is tried again for a while, and then dropped
        floor.clock.passes(seconds=STALE.total_seconds() + 60)
        await floor.sends(outcome, idempotent=False)
        assert [part.state for part in await floor.parts(anna)] == [S.CANCELLED]
    assert (await floor.person(anna)).unreachable is None
    assert await floor.database.read(lambda session: session.query(Ticket).count()) == 0


async def test_a_mark_that_a_dead_sender_held_is_set_again(floor: Floor) -> None:
    anna = await floor.contact()
    await marks(floor, anna)
    (claimed,) = await floor.claims("dead")
    assert await floor.fences(claimed, "dead")
    await floor.recovers("alive", idempotent=False)
    (part,) = await floor.parts(anna)
    assert (part.state, part.repeated) == (S.RETRYING, False)
