"""A ticket goes from one agent to another, and agents take the next one of a list."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import AuditEntry, Origin
from handoff.errors import ClosedError, HeldError, NotAllowedError, NotFoundError, ReasonMissingError
from handoff.lists.handover_notes import HandoverView, handovers_of
from handoff.lists.unread import latest_lines, mark_seen, marks
from handoff.models import Agent, Role, TicketStatus
from handoff.people.agents import AgentView
from handoff.tickets import queue
from handoff.tickets.ownership.handovers import ASK_EVERY, requests_for
from handoff.tickets.queue import TicketFilter, TicketView
from tests.handoff.floor import Floor


async def view(floor: Floor, number: int) -> TicketView:
    found = await floor.database.read(lambda session: queue.ticket(session, number, floor.clock()))
    assert found is not None
    return found


async def lead(floor: Floor, name: str = "Lena") -> AgentView:
    agent = await floor.agent(name)

    def promote(session: Session) -> None:
        session.get_one(Agent, agent.id).role = Role.LEAD

    await floor.do(promote)
    return agent


def by(agent: AgentView) -> Actor:
    return Actor(agent.id, Origin.DESK)


# --- from one agent to another ----------------------------------------------------------------------------------------


async def test_who_asks_for_a_ticket_is_given_it_or_not(floor: Floor) -> None:
    number, maria, oleg, ivan = (
        await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg"), await floor.agent("Ivan")
    )  # fmt: skip
    handovers = floor.desk.handovers
    with pytest.raises(NotFoundError):  # it is free: claim it
        await floor.do(lambda session: handovers.ask(session, number, oleg.id))
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: handovers.ask(session, number, maria.id))
    for agent in (oleg, oleg, ivan):
        await floor.do(lambda session, agent=agent: handovers.ask(session, number, agent.id))  # type: ignore[misc]
    found = await floor.database.read(lambda session: requests_for(session, number))
    assert [(one.agent, one.declined) for one in found] == [("Oleg", False), ("Ivan", False)]
    assert (await floor.events(number))[2:] == [("asked_for", "Oleg"), ("asked_for", "Ivan")]
    with pytest.raises(HeldError):
        await floor.do(lambda session: handovers.decline(session, number, oleg.id, oleg.id))
    with pytest.raises(HeldError):
        await floor.do(lambda session: handovers.hand_over(session, number, oleg.id, oleg.id))
    await floor.do(lambda session: handovers.decline(session, number, maria.id, ivan.id))
    found = await floor.database.read(lambda session: requests_for(session, number))
    assert [(one.agent, one.declined) for one in found] == [("Oleg", False), ("Ivan", True)]
    await floor.do(lambda session: handovers.hand_over(session, number, maria.id, oleg.id))
    assert (await view(floor, number)).assignee == "Oleg"
    assert await floor.database.read(lambda session: requests_for(session, number)) == ()
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: handovers.hand_over(session, number, oleg.id, maria.id))


async def test_one_may_ask_again_after_ten_minutes(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    handovers = floor.desk.handovers
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    await floor.do(lambda session: handovers.ask(session, number, oleg.id))
    await floor.do(lambda session: handovers.decline(session, number, maria.id, oleg.id))
    floor.clock.now += ASK_EVERY - timedelta(seconds=1)
    await floor.do(lambda session: handovers.ask(session, number, oleg.id))
    assert [one.declined for one in await floor.database.read(lambda s: requests_for(s, number))] == [True]
    floor.clock.now += timedelta(seconds=1)
    await floor.do(lambda session: handovers.ask(session, number, oleg.id))
    assert [one.declined for one in await floor.database.read(lambda s: requests_for(s, number))] == [False]


async def test_a_handover_note_is_for_its_receiver_who_is_known_to_have_seen_it(floor: Floor) -> None:
    anna, maria, oleg = await floor.contact(), await floor.agent("Maria"), await floor.agent("Oleg")
    number = await floor.asks(contact_id=anna)
    handovers = floor.desk.handovers
    await floor.do(lambda session: handovers.transfer(session, number, maria.id, oleg.id, " see the refund \n"))
    assert await floor.parts(anna) == []
    for agent, seen in ((maria, False), (oleg, True)):
        await floor.do(lambda session, agent=agent: mark_seen(session, agent.id, number, 10_000))  # type: ignore[misc]
        found = await floor.database.read(lambda session: handovers_of(session, anna))
        assert list(found.values()) == [HandoverView("Oleg", seen)]


async def test_a_lead_assigns_and_takes_over_with_a_reason(floor: Floor) -> None:
    number, maria, oleg, lena = (
        await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg"), await lead(floor)
    )  # fmt: skip
    assign = floor.desk.handovers.assign
    await floor.do(lambda session: assign(session, number, by(lena), maria.id))
    assert (await view(floor, number)).assignee == "Maria"
    holders = {number: maria.id}
    new = await floor.database.read(lambda s: marks(s, maria.id, holders, latest_lines(s, holders)))
    assert new.handed == {number}
    with pytest.raises(ReasonMissingError):
        await floor.do(lambda session: assign(session, number, by(lena), oleg.id, " \n "))
    await floor.do(lambda session: assign(session, number, by(lena), oleg.id, "Maria is\nill"))
    await floor.do(lambda session: assign(session, number, by(lena), lena.id, "a complaint"))
    await floor.do(lambda session: assign(session, number, by(lena), maria.id))  # her own needs no reason
    assert await floor.events(number) == [
        ("opened", ""),
        ("assigned Lena\n", "Maria"),
        ("assigned Lena\nMaria is ill", "Oleg"),
        ("assigned Lena\na complaint", "Lena"),
        ("assigned Lena\n", "Maria"),
    ]
    entries = await floor.database.read(
        lambda session: [(row.agent_id, row.action, row.concern_id, row.details)
                         for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    )  # fmt: skip
    assert entries == [
        (lena.id, "ticket_assigned", str(number), {"held_by": old, "receiver": new})
        for old, new in ((0, maria.id), (maria.id, oleg.id), (oleg.id, lena.id), (lena.id, maria.id))
    ]


async def test_agents_assign_nothing(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    assign = floor.desk.handovers.assign
    for receiver in (maria, oleg):
        with pytest.raises(NotAllowedError):
            await floor.do(lambda s, to=receiver: assign(s, number, by(maria), to.id, "mine"))  # type: ignore[misc]
    assert (await view(floor, number)).assignee is None


async def test_a_lead_assigns_no_closed_ticket_and_to_nobody_unknown(floor: Floor) -> None:
    number, maria, lena = await floor.asks(), await floor.agent("Maria"), await lead(floor)
    assign = floor.desk.handovers.assign
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: assign(session, number, by(lena), 404))
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    with pytest.raises(ClosedError):
        await floor.do(lambda session: assign(session, number, by(lena), maria.id))


async def test_of_a_claim_and_an_assignment_at_once_one_is_first(floor: Floor) -> None:
    number, maria, oleg, lena = (
        await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg"), await lead(floor)
    )  # fmt: skip
    outcomes = await asyncio.gather(
        floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id)),
        floor.do(lambda session: floor.desk.handovers.assign(session, number, by(lena), oleg.id)),
        return_exceptions=True,
    )
    refused = [type(outcome) for outcome in outcomes if outcome is not None]
    holder = (await view(floor, number)).assignee
    assert (refused, holder) in (([HeldError], "Oleg"), ([ReasonMissingError], "Maria"))


# --- the next question of a list --------------------------------------------------------------------------------------


async def test_take_next_keeps_to_the_list(floor: Floor) -> None:
    maria, oleg = await floor.agent("Maria"), await floor.agent("Oleg")
    vk, telegram = await floor.contact(), await floor.contact("telegram:main")
    first, second = await floor.asks(contact_id=vk), await floor.asks(contact_id=telegram)
    next_of = floor.desk.ownership.take_next
    wanted = TicketFilter(channel="telegram:main")
    assert await floor.do(lambda session: next_of(session, maria.id, wanted)) == second
    assert await floor.do(lambda session: next_of(session, maria.id, wanted)) is None
    assert await floor.do(lambda session: next_of(session, oleg.id, TicketFilter(assignee=maria.id))) is None
    assert await floor.do(lambda session: next_of(session, oleg.id, TicketFilter(TicketStatus.WAITING))) is None
    assert await floor.do(lambda session: next_of(session, maria.id, TicketFilter(assignee=maria.id))) == second
    assert await floor.do(lambda session: next_of(session, maria.id)) == first
