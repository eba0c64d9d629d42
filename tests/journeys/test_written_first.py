"""An agent writes first: the contact reads it in private, and a reply belongs to that question."""

from handoff.messages.rich_text import from_agent
from handoff.models import Contact, Ticket, TicketStatus
from handoff.outreach.first_messages import FirstMessage, write_first
from tests.journeys.stage import Stage


async def test_a_contact_reads_it_and_answers(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await boris.opens_the_desk()
    await anna.writes("забыла пароль")
    await anna.hears()
    await anna.presses("Это помогло")
    await anna.hears()
    contact = await stage.app.db.read(lambda session: session.query(Contact).one().id)
    first = FirstMessage(boris.id, "Ваша **посылка** у нас.", "ru", "first-message-1")
    number = await stage.app.db.write(lambda session: write_first(session, stage.app.desk, contact, first))
    assert (await anna.hears()).text == f"Вам пишет Борис (вопрос №{number}):\n{from_agent(first.text).text}"
    await stage.until(lambda session: session.get_one(Ticket, number).status is TicketStatus.WAITING)
    await anna.writes("а где её забрать можно?")
    await stage.until(lambda session: session.get_one(Ticket, number).status is TicketStatus.OPEN)
    [ticket] = await stage.tickets()
    assert (ticket.id, ticket.status, ticket.assignee_id) == (number, TicketStatus.OPEN, boris.id)
    said = [line.text for line in await stage.thread_of(anna) if line.ticket_id == number]
    assert "а где её забрать можно?" in said
