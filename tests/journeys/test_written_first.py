"""An agent writes first: the contact reads it in private, and a reply belongs to that question."""

import asyncio

import httpx
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE
from handoff.messages.rich_text import from_agent
from handoff.models import Contact, Role, Ticket, TicketStatus
from handoff.outreach.first_messages import FirstMessage, write_first
from tests.conftest import Backend
from tests.journeys.stage import Stage
from tests.web.counter import Counter, open_counter


async def writes_to_the_visitor(counter: Counter, text: str) -> int:
    """A program writes first to the only contact, over the REST interface; the number of the question."""
    app = counter.app
    token = await app.db.write(lambda session: app.staff.add_token(session, "Магазин", Role.AGENT, COMMAND_LINE))
    contact = await app.db.read(lambda session: session.query(Contact).one().id)
    async with httpx.AsyncClient(base_url=counter.address, headers={"Authorization": f"Bearer {token}"}) as program:
        done = await program.post(f"/api/v1/contacts/{contact}/write", json={"text": text}, timeout=60)
        assert done.status_code == 201
        return int(done.json()["ticket_id"])


async def test_a_visitor_reads_it_at_the_next_visit_and_answers(backend: Backend) -> None:
    async with open_counter(backend) as counter, counter.visitor() as anna:
        await anna.writes("не помню пароль")
        await anna.hears(1)
        number = await writes_to_the_visitor(counter, "Ваша посылка у нас.")
        assert await anna.hears(2) == f"Вам пишет Магазин (вопрос №{number}):\nВаша посылка у нас."
        assert "Ваша посылка у нас." in await anna.opens()  # a new visit
        await anna.writes("а где её забрать можно?")

        def is_open(session: Session) -> bool:
            return session.get_one(Ticket, number).status is TicketStatus.OPEN

        async with asyncio.timeout(60):
            while not await counter.app.db.read(is_open):
                await asyncio.sleep(0.05)


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
