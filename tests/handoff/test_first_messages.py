"""Writing first to a contact: who can be written to, what opens, and an honest state of the delivery."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue import MOST_OPEN as MOST_OF_THE_DIALOGUE
from handoff.errors import EmptyTextError, KeyUsedError, NotFoundError
from handoff.messages.values import Refused, Sent
from handoff.models import Contact, DeliveryState, Message, MessageKind, Ticket, TicketStatus
from handoff.outreach.first_messages import MOST_OPEN, BarredError, Barrier, FirstMessage, write_first
from handoff.people.agents import AgentView
from handoff.people.privacy.erasure import forget
from handoff.tickets import queue
from handoff.tickets.pings.accounts import AgentAccounts
from handoff.tickets.pings.models import AgentAccount
from handoff.tickets.reminders.caretaker import Caretaker
from tests.handoff.floor import Floor


async def known(floor: Floor) -> int:
    """A contact who has written before, and whose question is solved."""
    contact = await floor.contact()

    def work(session: Session) -> None:
        session.add(Message(contact_id=contact, kind=MessageKind.INCOMING, author="", text="hello", at=floor.clock()))

    await floor.do(work)
    return contact


async def writes(
    floor: Floor, agent: AgentView, contact: int, text: str = "Your parcel is here.", key: str = ""
) -> int:
    first = FirstMessage(agent.id, text, "en", key or f"first-{agent.id}-{contact}")
    return await floor.do(lambda session: write_first(session, floor.desk, contact, first))


async def test_it_opens_a_question_of_the_agents(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    number = await writes(floor, maria, contact)
    [part] = await floor.parts(contact)
    assert part.text == f"Maria writes to you (question #{number}):\nYour parcel is here."
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.assignee_id, ticket.due_at) == (TicketStatus.OPEN, maria.id, None)
    await floor.delivers()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.assignee_id, ticket.undelivered) == (TicketStatus.WAITING, maria.id, None)
    assert ticket.first_reply_at is None  # no contact waited for it: the usual wait is not shorter by it
    assert await floor.events(number) == [("written_first", "Maria")]


async def test_a_refusal_of_the_platform_is_shown(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    number = await writes(floor, maria, contact)
    await floor.delivers(Refused("blocked the community"))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.undelivered) == (TicketStatus.OPEN, DeliveryState.REFUSED)
    with pytest.raises(BarredError) as barred:
        await writes(floor, maria, contact, key="first-again")
    assert (barred.value.barrier, barred.value.reason) == (Barrier.UNREACHABLE, "blocked the community")


async def test_the_contacts_reply_is_owed_an_answer(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    number = await writes(floor, maria, contact)
    await floor.delivers()
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))
    ticket = await floor.ticket(number)
    assert ticket.status is TicketStatus.OPEN
    assert ticket.due_at == floor.clock() + timedelta(hours=12)


async def test_a_silent_contact_is_not_asked_whether_it_is_solved(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    number = await writes(floor, maria, contact)
    await floor.delivers()
    floor.clock.passes(days=3)
    caretaker = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)
    await caretaker.look()
    assert len(await floor.parts(contact)) == 1
    floor.clock.passes(days=5)
    await caretaker.look()
    assert (await floor.ticket(number)).status is TicketStatus.SOLVED


@pytest.mark.parametrize("why", list(Barrier)[1:])
async def test_who_cannot_be_written_to_gets_nothing(floor: Floor, why: Barrier) -> None:
    maria = await floor.agent("Maria")
    contact = await floor.contact() if why is Barrier.SILENT else await known(floor)

    def work(session: Session) -> None:
        row = session.get_one(Contact, contact)
        if why is Barrier.ERASED:
            forget(session, contact, floor.clock)
        elif why is Barrier.AGENT:
            session.add(AgentAccount(contact_id=contact, agent_id=maria.id, linked_at=floor.clock()))
        elif why is Barrier.MUTED:
            row.muted_at = floor.clock()
        elif why is Barrier.UNREACHABLE:
            row.unreachable = "blocked the community"
        elif why is Barrier.BUSY:
            for count in range(MOST_OPEN):
                floor.desk.open(session, row, f"question {count}", reason="asked")

    await floor.do(work)
    before = await floor.database.read(lambda session: session.query(Ticket).count())
    with pytest.raises(BarredError) as barred:
        await writes(floor, maria, contact)
    assert barred.value.barrier is why
    assert await floor.database.read(lambda session: session.query(Ticket).count()) == before
    assert await floor.parts(contact) == []


def test_the_limit_is_that_of_the_dialogue() -> None:
    assert MOST_OPEN == MOST_OF_THE_DIALOGUE


async def test_no_words_and_no_contact(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    with pytest.raises(EmptyTextError):
        await writes(floor, maria, contact, " \u200b ")
    with pytest.raises(NotFoundError):
        await writes(floor, maria, 999)
    tickets = await floor.database.read(lambda session: queue.of_contacts(session, [contact], floor.clock()))
    assert tickets == ()


async def test_the_same_request_twice_is_one_message(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    numbers = await asyncio.gather(*(writes(floor, maria, contact) for _ in range(3)))
    assert len(set(numbers)) == 1
    assert len(await floor.parts(contact)) == 1
    with pytest.raises(KeyUsedError):
        await writes(floor, maria, contact, "other words")
    await floor.delivers(Sent())
    assert await writes(floor, maria, contact, "other words", key="first-other") != numbers[0]


async def test_an_account_that_receives_pings_is_not_written_to(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    accounts = AgentAccounts(floor.clock)
    word = await floor.do(lambda session: accounts.create_word(session, maria.id))
    assert await floor.do(lambda session: accounts.link(session, word, contact))
    with pytest.raises(BarredError) as barred:
        await writes(floor, maria, contact)
    assert barred.value.barrier is Barrier.AGENT
    await floor.do(lambda session: accounts.unlink(session, maria.id, contact))
    assert await writes(floor, maria, contact)


async def test_a_first_message_that_is_deleted_owes_no_answer(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await known(floor)
    number = await writes(floor, maria, contact)
    await floor.delivers()
    wanted = select(Message.id).where(Message.ticket_id == number, Message.kind == MessageKind.OUTGOING)
    message = await floor.database.read(lambda session: session.scalars(wanted).one())
    for _ in range(2):
        await floor.do(lambda session: floor.desk.deletions.delete(session, message, maria.id))
    await floor.delivers()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.assignee_id) == (TicketStatus.OPEN, maria.id)
    assert (ticket.due_at, ticket.overdue_at, ticket.unanswered_since, ticket.remind_at) == (None,) * 4
