"""One reply to several contacts, and merging of tickets, on both databases."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.errors import ClosedError, HeldError, NotFoundError, UnfilledPlaceholderError
from handoff.models import Contact, Delivery, Message, MessageKind, Tag, Ticket, TicketStatus, TicketTag
from handoff.outreach.first_messages import FirstMessage, write_first
from handoff.people.agents import AgentView
from handoff.similar.group_reply import GroupOutcome, GroupReply, GroupRequest
from tests.handoff.floor import Floor
from tests.handoff.test_labels import tag


async def replies(floor: Floor) -> list[tuple[int | None, str]]:
    wanted = (
        select(Message.ticket_id, Message.text)
        .where(Message.kind == MessageKind.OUTGOING, Message.agent_id.is_not(None))
        .order_by(Message.id)
    )
    return await floor.database.read(lambda session: [(row[0], row[1]) for row in session.execute(wanted)])


async def ask_as(floor: Floor, name: str, question: str = "How do I download music?") -> int:
    number = await floor.asks(question)

    def work(session: Session) -> None:
        session.get_one(Contact, session.get_one(Ticket, number).contact_id).name = name

    await floor.do(work)
    return number


async def sends(
    floor: Floor, agent: AgentView, number: int, others: tuple[int, ...], text: str, key: str = ""
) -> GroupOutcome:
    group = GroupReply(floor.database, floor.desk, floor.clock)
    return await group.send(GroupRequest(number, others, agent, text, key or str(uuid.uuid4())))


async def test_each_contact_gets_a_private_message_of_their_own(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    anna, boris = await ask_as(floor, "Anna"), await ask_as(floor, "Boris")
    text = f"Hello Anna, #{anna}: it is in the menu."
    outcome = await sends(floor, maria, anna, (boris, anna, boris), text)
    assert outcome == GroupOutcome((anna, boris))
    assert await replies(floor) == [(anna, text), (boris, f"Hello Boris, #{boris}: it is in the menu.")]
    for number in (anna, boris):
        ticket = await floor.ticket(number)
        assert ticket.assignee_id == maria.id
        (part,) = await floor.parts(ticket.contact_id)
        assert part.place is None


async def test_the_same_request_again_sends_nothing_twice(floor: Floor) -> None:
    maria, key = await floor.agent("Maria"), str(uuid.uuid4())
    anna, boris, late = await ask_as(floor, "Anna"), await ask_as(floor, "Boris"), await ask_as(floor, "Late")
    for others in ((boris,), (boris,), (boris, late)):
        outcome = await sends(floor, maria, anna, others, "It is in the menu.", key)
        assert outcome.sent == (anna, *others)
    assert [number for number, _ in await replies(floor)] == [anna, boris, late]


async def test_those_that_cannot_be_answered_are_skipped_and_named(floor: Floor) -> None:
    maria, olga = await floor.agent("Maria"), await floor.agent("Olga")
    anna, held, closed = [await ask_as(floor, name) for name in ("Anna", "Boris", "Vera")]
    nameless, fine = await ask_as(floor, ""), await ask_as(floor, "Fine")
    await floor.do(lambda session: floor.desk.ownership.claim(session, held, olga.id))
    await floor.do(lambda session: floor.desk.withdraw(session, session.get_one(Ticket, closed)))
    outcome = await sends(floor, maria, anna, (held, closed, nameless, fine, 10**6), "Hello Anna")
    assert outcome.sent == (anna, fine)
    reasons = dict(outcome.skipped)
    assert list(map(type, reasons.values())) == [HeldError, ClosedError, UnfilledPlaceholderError, NotFoundError]
    assert str(reasons[held]) == "Olga holds this question"
    assert await replies(floor) == [(anna, "Hello Anna"), (fine, "Hello Fine")]


async def test_nothing_is_sent_if_the_own_ticket_refuses(floor: Floor) -> None:
    maria, olga = await floor.agent("Maria"), await floor.agent("Olga")
    anna, boris = await ask_as(floor, "Anna"), await ask_as(floor, "Boris")
    with pytest.raises(UnfilledPlaceholderError):
        await sends(floor, maria, anna, (boris,), "Hello {name}")
    await floor.do(lambda session: floor.desk.ownership.claim(session, anna, olga.id))
    with pytest.raises(HeldError):
        await sends(floor, maria, anna, (boris,), "Hello")
    assert await replies(floor) == []


# --- merging ----------------------------------------------------------------------------------------------------------


async def test_the_lines_move_and_the_earlier_due_time_stays(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    first = await floor.asks("Where is my page?")
    contact, due = (await floor.ticket(first)).contact_id, (await floor.ticket(first)).due_at
    floor.clock.passes(hours=2)
    second = await floor.asks("it was blue", contact_id=contact)
    await floor.do(lambda session: floor.desk.note(session, first, maria.id, "a note"))
    await floor.do(lambda session: floor.desk.merging.merge(session, second, first, maria.id))
    kept, gone = await floor.ticket(second), await floor.ticket(first)
    assert (kept.question, kept.status, kept.due_at) == ("it was blue\nWhere is my page?", TicketStatus.OPEN, due)
    assert (gone.status, gone.assignee_id, gone.waiting_since) == (TicketStatus.WITHDRAWN, None, None)
    lines = select(Message.text).where(Message.ticket_id == second).order_by(Message.id)
    texts = await floor.database.read(lambda session: list(session.scalars(lines)))
    assert "a note" in texts
    assert f"merged {first}" in texts
    assert texts[-1] == f"Question #{first} is about the same as #{second}: we answer both in #{second}."
    assert (
        await floor.database.read(
            lambda session: session.scalar(select(Delivery.text).order_by(Delivery.id.desc()).limit(1))
        )
        == texts[-1]
    )
    with pytest.raises(ClosedError):
        await floor.do(lambda session: floor.desk.merging.merge(session, second, first, maria.id))


async def test_a_question_that_waits_for_us_makes_the_answered_one_wait_for_us(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    first = await floor.asks("Where is my page?")
    contact = (await floor.ticket(first)).contact_id
    await floor.answers(first, maria, "What colour is it?")
    assert (await floor.ticket(first)).status is TicketStatus.WAITING
    second = await floor.asks("It is blue", contact_id=contact)
    due = (await floor.ticket(second)).due_at
    await floor.do(lambda session: floor.desk.merging.merge(session, first, second, maria.id))
    kept = await floor.ticket(first)
    assert (kept.status, kept.due_at, kept.overdue_at) == (TicketStatus.OPEN, due, due)
    assert (kept.remind_at, kept.solve_at) == (None, None)
    assert kept.unanswered_since is not None


async def test_only_open_questions_of_one_contact_that_nobody_else_holds_are_merged(floor: Floor) -> None:
    maria, olga = await floor.agent("Maria"), await floor.agent("Olga")
    first, stranger = await floor.asks("one"), await floor.asks("of another")
    second = await floor.asks("two", contact_id=(await floor.ticket(first)).contact_id)
    for other in (stranger, first, 10**6):
        with pytest.raises(NotFoundError):
            await floor.do(lambda session, other=other: floor.desk.merging.merge(session, first, other, maria.id))  # type: ignore[misc]
    await floor.do(lambda session: floor.desk.ownership.claim(session, second, olga.id))
    with pytest.raises(HeldError):
        await floor.do(lambda session: floor.desk.merging.merge(session, first, second, maria.id))
    assert (await floor.ticket(second)).status is TicketStatus.OPEN
    assert (await floor.ticket(first)).assignee_id is None  # all or nothing


async def tags(floor: Floor, number: int) -> list[str]:
    wanted = select(Tag.name).join(TicketTag, TicketTag.tag_id == Tag.id).where(TicketTag.ticket_id == number)
    return await floor.database.read(lambda session: list(session.scalars(wanted.order_by(Tag.name))))


async def test_the_tags_move_too(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await floor.contact()
    first, second = [await floor.asks("a page", contact) for _ in range(2)]
    await tag(floor, first, maria, "page", "urgent")
    await tag(floor, second, maria, "page", "colour")
    await floor.do(lambda session: floor.desk.merging.merge(session, first, second, maria.id))
    assert (await tags(floor, first), await tags(floor, second)) == (["colour", "page", "urgent"], [])


@pytest.mark.parametrize(
    ("mine", "theirs", "left"),
    [((True, 5), (False, None), (False, None)), ((True, 5), (True, 3), (True, 3)), ((True, None), (True, 3), (True, 3)),
     ((False, None), (True, 3), (False, None))],
)  # fmt: skip
async def test_it_sleeps_only_if_both_were_snoozed(
    floor: Floor, mine: tuple[bool, int | None], theirs: tuple[bool, int | None], left: tuple[bool, int | None]
) -> None:
    maria, contact, start = await floor.agent("Maria"), await floor.contact(), floor.clock()
    first, second = [await floor.asks("a page", contact) for _ in range(2)]
    for number, (snoozed, hours) in ((first, mine), (second, theirs)):
        until = start + timedelta(hours=hours) if hours else None
        if snoozed:
            await floor.do(
                lambda session, number=number, until=until: floor.desk.snoozing.snooze(  # type: ignore[misc]
                    session, number, maria.id, until
                )
            )
    await floor.do(lambda session: floor.desk.merging.merge(session, first, second, maria.id))
    kept = await floor.ticket(first)
    until = start + timedelta(hours=left[1]) if left[1] else None
    assert (kept.snoozed_at is not None, kept.snoozed_until) == (left[0], until)


async def test_a_question_that_joins_a_first_message_is_answered_as_one(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await floor.contact()
    asked = await floor.asks("Where is my page?", contact)
    await floor.do(
        lambda session: session.add(
            Message(contact_id=contact, kind=MessageKind.INCOMING, text="Where?", ticket_id=asked, at=floor.clock())
        )
    )
    first = FirstMessage(maria.id, "Your page is ready.", "en", "first-12345")
    number = await floor.do(lambda session: write_first(session, floor.desk, contact, first))
    await floor.do(lambda session: floor.desk.merging.merge(session, number, asked, maria.id))
    await floor.delivers()
    await floor.answers(number, maria, "Here.")
    assert (await floor.parts(contact))[-1].text == f"Maria answers (question #{number}):\nHere."
    assert (await floor.ticket(number)).first_reply_at is not None
