"""A contact whose answer is overdue is informed once for each wait, and never while an agent answers."""

import asyncio

import pytest
from sqlalchemy import update

from bot.views.wait_times import overdue_forecast
from handoff.models import Contact, Ticket
from handoff.people.agents import AgentView
from handoff.tickets.reminders.caretaker import Caretaker
from handoff.tickets.reminders.overdue_notices import OverdueNotices
from tests.handoff.floor import Floor
from tests.handoff.test_caretaker import said

NOTICE = "There is no answer to your question #{} yet. We are sorry for the wait.\nWe aim to answer within 12 hours."


@pytest.fixture
def caretaker(floor: Floor) -> Caretaker:
    overdue = OverdueNotices(floor.outbox, floor.bus, floor.clock, overdue_forecast)
    return Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock, {"question": overdue})


@pytest.fixture
async def agent(floor: Floor) -> AgentView:
    return await floor.agent("Olga")


async def joins(floor: Floor, number: int) -> None:
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))


async def test_once_after_the_due_time(floor: Floor, caretaker: Caretaker) -> None:
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    floor.clock.passes(hours=11.9)
    await caretaker.look()
    assert await said(floor, contact) == []
    floor.clock.passes(hours=0.2)
    await asyncio.gather(caretaker.look(), caretaker.look())
    await joins(floor, number)  # further words are the same wait
    floor.clock.passes(days=3)
    await caretaker.look()
    assert await said(floor, contact) == [NOTICE.format(number)]


@pytest.mark.parametrize("what", ["answered", "withdrawn", "solved"])
async def test_nothing_is_overdue_that_needs_no_answer(
    floor: Floor, caretaker: Caretaker, agent: AgentView, what: str
) -> None:
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    if what == "answered":
        await floor.answers(number, agent, "like this")
    elif what == "withdrawn":
        await floor.do(lambda session: floor.desk.withdraw(session, session.get_one(Ticket, number)))
    else:
        await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    floor.clock.passes(hours=13)
    await caretaker.look()
    assert await said(floor, contact) == []


async def test_an_agent_who_has_it_in_hand_is_not_spoken_over(
    floor: Floor, caretaker: Caretaker, agent: AgentView
) -> None:
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    floor.clock.passes(hours=11.9)
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, agent.id))
    floor.clock.passes(hours=0.3)
    await caretaker.look()
    assert await said(floor, contact) == []
    floor.clock.passes(hours=1)  # the claim is over, and nothing was written
    await caretaker.look()
    assert await said(floor, contact) == [NOTICE.format(number)]


async def test_an_answer_on_its_way_is_waited_for(floor: Floor, caretaker: Caretaker, agent: AgentView) -> None:
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    await floor.do(lambda session: floor.desk.reply(session, number, agent.id, "like this"))
    floor.clock.passes(hours=13)
    await caretaker.look()
    assert await said(floor, contact) == []
    await floor.delivers()
    await caretaker.look()
    assert await said(floor, contact) == []


async def test_a_further_question_is_a_wait_of_its_own(floor: Floor, caretaker: Caretaker, agent: AgentView) -> None:
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    floor.clock.passes(hours=12.1)
    await caretaker.look()
    await floor.answers(number, agent, "like this")
    await joins(floor, number)
    floor.clock.passes(hours=11.9)
    await caretaker.look()
    assert await said(floor, contact) == [NOTICE.format(number)]
    floor.clock.passes(hours=0.2)
    await caretaker.look()
    await caretaker.look()
    assert len(await said(floor, contact)) == 2


async def test_who_cannot_be_reached_is_not_written_to(floor: Floor, caretaker: Caretaker) -> None:
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    blocked = update(Contact).where(Contact.id == contact).values(unreachable="blocked the community")
    await floor.do(lambda session: session.execute(blocked))
    floor.clock.passes(hours=13)
    await caretaker.look()
    assert await said(floor, contact) == []
    assert (await floor.ticket(number)).overdue_at is None


async def test_old_questions_with_enough_history_get_an_estimate(
    floor: Floor, caretaker: Caretaker, agent: AgentView
) -> None:
    for _ in range(5):
        earlier = await floor.asks()
        floor.clock.passes(hours=14)
        await floor.answers(earlier, agent, "like this")
    contact = await floor.contact(language="hu")
    await floor.asks(contact_id=contact)
    floor.clock.passes(hours=12)
    await caretaker.look()
    (notice,) = await said(floor, contact)
    assert notice.endswith("Elnézését kérjük a várakozásért.\nVárhatóan 2 óra alatt válaszolunk.")
