"""A bot's answer that was lost twice: an agent gets the question, and the contact is notified once."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.messages import buttons
from handoff.messages.values import Refused, RichText, SendOutcome, Uncertain, Unsendable
from handoff.models import Contact, DeliveryState, Message, MessageKind, Ticket, TicketStatus
from tests.handoff.floor import Floor

LOST = Uncertain("no answer")
TOLD = (
    "Our answer may not have reached you, so your question #{} has been passed to a person. "
    "The answer will come here as a private message."
)


async def answers(floor: Floor, contact: int, question: str, **about: Any) -> int:  # noqa: ANN401 - what a button holds
    """The contact asks, and the bot answers with a button that knows the question; the id of the contact's message."""

    def work(session: Session) -> int:
        asked = Message(contact_id=contact, kind=MessageKind.INCOMING, text=question, at=floor.clock())
        session.add(asked)
        session.flush()
        helped = Choice("This helped", buttons.Helped(question=question, asked=(asked.id,), **about))
        floor.outbox.post(session, session.get_one(Contact, contact), OutgoingMessage(RichText("So."), (helped,)))
        return asked.id

    return await floor.do(work)


async def lose(floor: Floor, contact: int, *outcomes: SendOutcome) -> None:
    """What is sent to the contact ends like this, one attempt after the other."""
    for outcome in outcomes:
        await floor.do(lambda session: floor.outbox.repeat(session, "vk:main"))
        (claimed,) = await floor.claims()
        assert claimed.contact_id == contact
        assert await floor.fences(claimed)
        await floor.settles(claimed, outcome, idempotent=False)


async def tickets(floor: Floor) -> list[tuple[str, str, TicketStatus]]:
    wanted = select(Ticket.question, Ticket.reason, Ticket.status).order_by(Ticket.id)
    return await floor.database.read(lambda session: [(row[0], row[1], row[2]) for row in session.execute(wanted)])


async def words(floor: Floor, contact: int) -> list[str]:
    """What the bot said, or will say."""
    return [part.text for part in await floor.parts(contact)]


@pytest.mark.parametrize("outcomes", [(LOST, LOST), (Unsendable("the message is too long"),)])
async def test_the_question_goes_to_a_person_and_the_contact_is_told(
    floor: Floor, outcomes: tuple[SendOutcome, ...]
) -> None:
    anna = await floor.contact()
    asked = await answers(floor, anna, "how?")
    await lose(floor, anna, *outcomes)
    assert await tickets(floor) == [("how?", "undelivered", TicketStatus.OPEN)]
    number = await floor.database.read(lambda session: session.scalar(select(Ticket.id)))
    lines = select(Message.kind, Message.id).where(Message.ticket_id == number).order_by(Message.id)
    found = await floor.database.read(lambda session: [(row[0], row[1]) for row in session.execute(lines)])
    assert [kind for kind, _ in found] == [
        MessageKind.INCOMING, MessageKind.OUTGOING, MessageKind.EVENT, MessageKind.OUTGOING,
    ]  # fmt: skip
    assert found[0][1] == asked
    assert await words(floor, anna) == ["So.", TOLD.format(number)]
    await lose(floor, anna, LOST, LOST)  # the notice is lost as well, and nothing more is said
    assert len(await words(floor, anna)) == 2
    assert len(await tickets(floor)) == 1


async def test_once_lost_it_is_sent_once_more_and_no_person_is_needed(floor: Floor) -> None:
    anna = await floor.contact()
    await answers(floor, anna, "how?")
    await lose(floor, anna, LOST)
    (part,) = await floor.parts(anna)
    assert (part.state, part.repeated) == (DeliveryState.RETRYING, True)
    assert await tickets(floor) == []


async def test_several_questions_lost_are_one_ticket_and_one_notice(floor: Floor) -> None:
    anna = await floor.contact()
    for question in ("how?", "when?"):
        await answers(floor, anna, question)
    await lose(floor, anna, LOST, LOST, LOST, LOST)
    assert await tickets(floor) == [("how?", "undelivered", TicketStatus.OPEN)]
    told = [text for text in await words(floor, anna) if text.startswith("Our answer may")]
    assert len(told) == 1
    joined = select(Message.text).where(Message.ticket_id.is_not(None), Message.kind == MessageKind.INCOMING)
    assert await floor.database.read(lambda session: sorted(session.scalars(joined))) == ["how?", "when?"]


async def test_no_more_than_three_questions_are_open(floor: Floor) -> None:
    anna = await floor.contact()
    numbers = [await floor.asks(contact_id=anna) for _ in range(3)]
    await answers(floor, anna, "how?")
    await lose(floor, anna, LOST, LOST)
    assert len(await tickets(floor)) == 3
    joined = select(Message.ticket_id).where(Message.text == "how?")
    assert await floor.database.read(lambda session: session.scalar(joined)) == numbers[-1]


async def test_what_answers_no_question_needs_no_person(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna, "Hello!", choices=(Choice("Topics", buttons.Topics()),))
    await lose(floor, anna, LOST, LOST)
    assert await tickets(floor) == []


async def test_who_has_blocked_us_wants_no_person(floor: Floor) -> None:
    anna = await floor.contact()
    await answers(floor, anna, "how?")
    await lose(floor, anna, Refused("blocked the community"))
    assert await tickets(floor) == []
