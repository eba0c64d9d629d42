"""Taking back that a question is solved: in time the contact notices nothing, and the ticket is as it was."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handoff.errors import TooLateError
from handoff.messages.values import Sent
from handoff.models import ChoiceRow, Message, MessageKind, TicketStatus
from handoff.tickets.service import UNDO
from tests.handoff.floor import Floor


async def resolves(floor: Floor, number: int, agent_id: int) -> None:
    await floor.do(lambda session: floor.desk.resolve(session, number, agent_id, UNDO))


async def undoes(floor: Floor, number: int, agent_id: int) -> None:
    await floor.do(lambda session: floor.desk.undo_resolve(session, number, agent_id))


def buttons_kept(session: Session) -> int:
    return session.query(ChoiceRow).count()


async def test_an_undo_in_time_leaves_no_trace_with_the_contact(floor: Floor) -> None:
    olga, contact = await floor.agent("Olga"), await floor.contact()
    number = await floor.asks(contact_id=contact)
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, olga.id))
    before = await floor.ticket(number)
    await resolves(floor, number, olga.id)
    assert (await floor.ticket(number)).status is TicketStatus.SOLVED
    floor.clock.passes(seconds=9)
    assert await floor.claims() == []  # the contact is not asked yet
    await undoes(floor, number, olga.id)
    after = await floor.ticket(number)
    assert (after.status, after.assignee_id, after.due_at, after.overdue_at, after.solved_at, after.reopen_until) == (
        TicketStatus.OPEN, olga.id, before.due_at, before.overdue_at, None, None,
    )  # fmt: skip
    floor.clock.passes(minutes=1)
    assert await floor.claims() == []
    assert await floor.parts(contact) == []
    assert await floor.database.read(buttons_kept) == 0
    with pytest.raises(TooLateError):
        await undoes(floor, number, olga.id)


async def test_a_ticket_that_waited_for_the_contact_waits_again(floor: Floor) -> None:
    olga, contact = await floor.agent("Olga"), await floor.contact()
    number = await floor.asks(contact_id=contact)
    await floor.do(lambda session: floor.desk.reply(session, number, olga.id, "Here it is."))
    await floor.sends(Sent())
    await resolves(floor, number, olga.id)
    await undoes(floor, number, olga.id)
    ticket = await floor.ticket(number)
    assert ticket.status is TicketStatus.WAITING
    assert ticket.solve_at is not None
    assert ticket.solve_at > floor.clock()


async def test_after_the_time_the_contact_is_asked_and_nothing_is_taken_back(floor: Floor) -> None:
    olga, boris = await floor.agent("Olga"), await floor.agent("Boris")
    number = await floor.asks()
    await resolves(floor, number, olga.id)
    with pytest.raises(TooLateError):
        await undoes(floor, number, boris.id)  # another agent's
    floor.clock.passes(seconds=UNDO.total_seconds())
    (asked,) = await floor.claims()
    assert asked.part.text.text == f"Is question #{number} solved?"
    with pytest.raises(TooLateError):
        await undoes(floor, number, olga.id)
    assert (await floor.ticket(number)).status is TicketStatus.SOLVED


async def test_without_a_time_for_undoing_the_contact_is_asked_at_once(floor: Floor) -> None:
    olga = await floor.agent("Olga")
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.resolve(session, number, olga.id))
    assert len(await floor.claims()) == 1


async def test_a_reopened_and_solved_question_can_be_taken_back_too(floor: Floor) -> None:
    olga = await floor.agent("Olga")
    number = await floor.asks()
    await resolves(floor, number, olga.id)
    floor.clock.passes(minutes=1)
    await floor.sends(Sent())
    await floor.do(lambda session: floor.desk.reopen(session, number, olga.id))
    await resolves(floor, number, olga.id)
    await undoes(floor, number, olga.id)
    assert (await floor.ticket(number)).status is TicketStatus.OPEN

    def asked(session: Session) -> int:
        return session.query(Message).filter_by(ticket_id=number, kind=MessageKind.OUTGOING).count()

    assert await floor.database.read(asked) == 1  # the first, which was sent
    assert timedelta(0) < UNDO
