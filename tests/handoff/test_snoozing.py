"""Snoozed tickets: out of the queue until a time or a message, still their holder's, under the same due time."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.errors import BadTimeError, ClosedError, HeldError
from handoff.lists import unread
from handoff.messages.values import Refused, SendOutcome, Uncertain, Unsendable
from handoff.models import Agent, Message, Role, Ticket, TicketStatus
from handoff.people.agents import AgentView
from handoff.tickets import queue
from handoff.tickets.claims import CLAIM
from handoff.tickets.ownership.assignment import Assigner, Assignment
from handoff.tickets.queue import TicketFilter
from handoff.tickets.reminders.caretaker import Caretaker, DueWork
from handoff.tickets.reminders.returned_tickets import LapsedClaims, UnattendedTickets
from tests.handoff.floor import Floor

LATER = timedelta(hours=3)


def caretaker(floor: Floor) -> Caretaker:
    ownership, clock = floor.desk.ownership, floor.clock
    further: dict[str, DueWork] = {
        "snoozed question": floor.desk.snoozing,
        "claim": LapsedClaims(ownership, clock),
        "unattended": UnattendedTickets(ownership, clock),
    }
    return Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, clock, further)


async def snooze(floor: Floor, number: int, agent: AgentView, span: timedelta | None = LATER) -> None:
    until = None if span is None else floor.clock() + span
    await floor.do(lambda session: floor.desk.snoozing.snooze(session, number, agent.id, until))


async def listed(floor: Floor, wanted: TicketFilter) -> list[int]:
    page = await floor.database.read(lambda session: queue.tickets(session, floor.clock(), wanted))
    return [view.id for view in page.items]


async def writes(floor: Floor, number: int) -> None:
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))


async def is_unread(floor: Floor, agent: AgentView, number: int) -> bool:
    def work(session: Session) -> bool:
        latest = unread.latest_lines(session, [number])
        holder = session.get_one(Ticket, number).assignee_id
        return number in unread.marks(session, agent.id, {number: holder}, latest).unread

    return await floor.do(work)


async def has_seen(floor: Floor, agent: AgentView, number: int) -> None:
    def work(session: Session) -> None:
        last = session.scalars(select(func.max(Message.id))).one()
        unread.mark_seen(session, agent.id, number, last)

    await floor.do(work)


async def test_it_leaves_the_queue_and_wakes_at_its_time(floor: Floor) -> None:
    maria, oleg = await floor.agent("Maria"), await floor.agent("Oleg")
    number, other = await floor.asks(), await floor.asks()
    due = (await floor.ticket(number)).due_at
    await snooze(floor, number, maria)
    await has_seen(floor, maria, number)
    await has_seen(floor, oleg, number)
    assert await listed(floor, TicketFilter(snoozed=False)) == [other]
    assert await listed(floor, TicketFilter(snoozed=True)) == [number]
    assert await listed(floor, TicketFilter()) == [number, other]
    counts = await floor.database.read(lambda session: queue.counts(session, floor.clock()))
    assert (counts.all, counts.snoozed) == (1, 1)
    assert await floor.database.read(lambda session: queue.held_by_agent(session, floor.clock())) == {}
    await caretaker(floor).look()
    assert await listed(floor, TicketFilter(snoozed=True)) == [number]
    floor.clock.now += LATER
    assert await listed(floor, TicketFilter(snoozed=False)) == [number, other]
    await caretaker(floor).look()
    ticket = await floor.ticket(number)
    assert (ticket.snoozed_at, ticket.snoozed_until, ticket.assignee_id) == (None, None, maria.id)
    assert (ticket.status, ticket.due_at) == (TicketStatus.OPEN, due)
    assert [word.partition(" ")[0] for word, _ in await floor.events(number)] == [
        "opened", "claimed", "snoozed", "woken",
    ]  # fmt: skip
    assert await is_unread(floor, maria, number)
    assert not await is_unread(floor, oleg, number)
    version = ticket.version
    await caretaker(floor).look()
    assert (await floor.ticket(number)).version == version


@pytest.mark.parametrize("word", ["join", "attach"])
async def test_it_wakes_when_its_contact_writes(floor: Floor, word: str) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await floor.do(lambda session: floor.staff.log_in(session, maria.id))
    await floor.answers(number, maria, "We ask the bank.")
    await snooze(floor, number, maria, None)
    floor.clock.passes(days=1)
    await floor.do(lambda session: floor.staff.log_in(session, maria.id))
    await caretaker(floor).look()
    assert await listed(floor, TicketFilter(snoozed=True)) == [number]
    await floor.do(lambda session: getattr(floor.desk, word)(session, session.get_one(Ticket, number)))
    assert await listed(floor, TicketFilter(assignee=maria.id, snoozed=False)) == [number]
    assert (await floor.events(number))[-1] == ("woken", "Maria")


async def test_it_stays_with_its_holder_while_the_due_time_runs_on(floor: Floor) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await snooze(floor, number, maria, timedelta(days=3))
    floor.clock.passes(days=2)
    await caretaker(floor).look()
    assert (await floor.ticket(number)).assignee_id == maria.id
    await floor.do(lambda session: floor.staff.log_in(session, maria.id))
    await writes(floor, number)  # long overdue, which is no neglect of hers
    assert (await floor.ticket(number)).assignee_id == maria.id
    floor.clock.now += CLAIM - timedelta(seconds=1)
    await caretaker(floor).look()
    assert (await floor.ticket(number)).assignee_id == maria.id
    floor.clock.passes(seconds=1)
    await caretaker(floor).look()
    assert (await floor.ticket(number)).assignee_id is None


async def test_an_absent_holder_loses_it_when_the_contact_writes(floor: Floor) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await snooze(floor, number, maria)
    await floor.do(lambda session: floor.desk.availability.set_away(session, maria.id, away=True))
    await writes(floor, number)
    assert await listed(floor, TicketFilter(unassigned=True, snoozed=False)) == [number]


async def test_it_is_no_next_question_and_is_not_assigned(floor: Floor) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await snooze(floor, number, maria)
    await floor.do(lambda session: floor.staff.log_in(session, maria.id))
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, maria.id)) is None
    mine = TicketFilter(assignee=maria.id)
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, maria.id, mine)) is None
    fresh = await floor.asks()
    await Assigner(floor.database, floor.bus, Assignment(floor.desk.ownership, floor.clock, 1)).look()
    assert (await floor.ticket(fresh)).assignee_id == maria.id  # a snoozed question is no load


async def test_only_its_holder_snoozes_and_wakes_it(floor: Floor) -> None:
    maria, oleg, number = await floor.agent("Maria"), await floor.agent("Oleg"), await floor.asks()
    await snooze(floor, number, maria)
    with pytest.raises(HeldError, match="Maria"):
        await snooze(floor, number, oleg)
    with pytest.raises(HeldError, match="Maria"):
        await floor.do(lambda session: floor.desk.snoozing.end(session, number, oleg.id))
    await floor.do(lambda session: floor.desk.snoozing.end(session, number, maria.id))
    await floor.do(lambda session: floor.desk.snoozing.end(session, number, maria.id))
    assert [word for word, _ in await floor.events(number)][3:] == ["snooze_ended"]
    assert await listed(floor, TicketFilter(snoozed=False)) == [number]


@pytest.mark.parametrize("span", [timedelta(0), timedelta(minutes=-1), timedelta(days=367)])
async def test_a_time_that_is_past_or_far_away_is_refused(floor: Floor, span: timedelta) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    with pytest.raises(BadTimeError):
        await snooze(floor, number, maria, span)
    assert await floor.events(number) == [("opened", "")]


@pytest.mark.parametrize("change", ["resolve", "transfer", "assign", "release", "disable", "withdraw"])
async def test_a_change_of_holder_and_the_end_of_the_ticket_end_the_snooze(floor: Floor, change: str) -> None:
    maria, oleg, number = await floor.agent("Maria"), await floor.agent("Oleg"), await floor.asks()
    await snooze(floor, number, maria)

    def work(session: Session) -> None:
        desk = floor.desk
        if change == "resolve":
            desk.resolve(session, number, maria.id)
        elif change == "transfer":
            desk.handovers.transfer(session, number, maria.id, oleg.id)
        elif change == "assign":
            session.get_one(Agent, oleg.id).role = Role.LEAD
            desk.handovers.assign(session, number, Actor(oleg.id, Origin.DESK), oleg.id, "urgent")
        elif change == "release":
            desk.ownership.release(session, number, maria.id)
        elif change == "disable":
            desk.ownership.release_all(session, maria.id)
        else:
            desk.withdraw(session, session.get_one(Ticket, number))

    await floor.do(work)
    ticket = await floor.ticket(number)
    assert (ticket.snoozed_at, ticket.snoozed_until) == (None, None)


async def test_a_closed_question_cannot_be_snoozed(floor: Floor) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    with pytest.raises(ClosedError):
        await snooze(floor, number, maria)


async def test_snoozed_questions_are_listed_by_the_time_they_wake(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    numbers = [await floor.asks() for _ in range(3)]
    for number, span in zip(numbers, (None, timedelta(hours=2), timedelta(hours=1)), strict=True):
        await snooze(floor, number, maria, span)
    assert await listed(floor, TicketFilter(snoozed=True)) == [numbers[2], numbers[1], numbers[0]]


@pytest.mark.parametrize(
    ("outcome", "sleeps"), [(Unsendable("no", None), False), (Uncertain("who knows"), False), (Refused("no"), True)]
)
async def test_it_wakes_when_its_answer_is_lost(floor: Floor, outcome: SendOutcome, sleeps: bool) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "like this"))
    await snooze(floor, number, maria, None)
    await floor.delivers(outcome)
    # A refused answer is sent once its contact is back, and then they write.
    assert await listed(floor, TicketFilter(snoozed=True)) == ([number] if sleeps else [])
    assert (await floor.ticket(number)).assignee_id == maria.id
