"""The silence policy acts once, regardless of which process checks, how often, and of crashes in between."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from handoff.models import (
    ChannelState,
    ChoiceRow,
    Contact,
    InboxEvent,
    InboxState,
    Message,
    MessageKind,
    Ticket,
    TicketStatus,
)
from handoff.people.agents import AgentView
from handoff.tickets.reminders.caretaker import Caretaker
from handoff.tickets.service import Desk
from handoff.tickets.silence_policy import SilencePolicy
from infra.database import Database
from tests.conftest import Backend
from tests.handoff.floor import Floor

REMINDER = "An agent has answered your question #{} and waits to hear from you. Is it solved?"
CLOSING = "Question #{} is closed because we did not hear from you. If it is not solved, you can open it again."


class CrashError(Exception):
    """The process dies within the unit of work."""


@dataclass(frozen=True, slots=True)
class Case:
    """An answered question."""

    contact: int
    number: int
    agent: AgentView


@pytest.fixture
def caretaker(floor: Floor) -> Caretaker:
    return Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)


@pytest.fixture
async def case(floor: Floor) -> Case:
    contact, agent = await floor.contact(), await floor.agent("Olga")
    number = await floor.asks(contact_id=contact)
    await floor.answers(number, agent, "which version?")
    return Case(contact, number, agent)


async def answered(floor: Floor, agent: AgentView) -> int:
    """A question of somebody else's that was answered just now; its number."""
    number = await floor.asks()
    await floor.answers(number, agent, "?")
    return number


async def said(floor: Floor, contact: int) -> list[str]:
    """What the bot said to the contact."""
    wanted = select(Message.text).where(
        Message.contact_id == contact, Message.kind == MessageKind.OUTGOING, Message.agent_id.is_(None)
    )
    return await floor.database.read(lambda session: list(session.scalars(wanted.order_by(Message.id))))


async def test_each_moment_comes_once(floor: Floor, caretaker: Caretaker, case: Case) -> None:
    await caretaker.look()
    assert await said(floor, case.contact) == []
    floor.clock.passes(days=2)
    for _ in range(3):
        await caretaker.look()
    assert await said(floor, case.contact) == [REMINDER.format(case.number)]
    floor.clock.passes(days=5)
    for _ in range(3):
        await caretaker.look()
    assert await said(floor, case.contact) == [REMINDER.format(case.number), CLOSING.format(case.number)]
    ticket = await floor.ticket(case.number)
    assert (ticket.status, ticket.solved_at, ticket.remind_at, ticket.solve_at) == (
        TicketStatus.SOLVED, floor.clock(), None, None,
    )  # fmt: skip
    assert ticket.reopen_until == floor.clock() + timedelta(days=14)


async def test_after_a_long_outage_nobody_is_reminded_of_what_is_closed(
    floor: Floor, caretaker: Caretaker, case: Case
) -> None:
    floor.clock.passes(days=9)
    assert not await floor.do(lambda session: caretaker.remind(session, case.number))  # whatever is looked at first
    await caretaker.look()
    assert await said(floor, case.contact) == [CLOSING.format(case.number)]


@pytest.mark.parametrize("days", [2, 7])
async def test_a_crash_before_the_commit_leaves_it_due(
    floor: Floor, caretaker: Caretaker, case: Case, days: int
) -> None:
    floor.clock.passes(days=days)

    def dies(session: Session) -> None:
        assert (caretaker.remind if days == 2 else caretaker.solve)(session, case.number)
        raise CrashError

    with pytest.raises(CrashError):
        await floor.do(dies)
    assert await said(floor, case.contact) == []
    assert (await floor.ticket(case.number)).status is TicketStatus.WAITING
    restarted = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)
    await restarted.look()
    assert len(await said(floor, case.contact)) == 1
    assert [part.text for part in await floor.parts(case.contact)][1:] == await said(floor, case.contact)


@pytest.mark.parametrize("days", [2, 7])
async def test_two_caretakers_do_it_once(
    floor: Floor, caretaker: Caretaker, case: Case, backend: Backend, days: int
) -> None:
    numbers = [await answered(floor, case.agent) for _ in range(10)]
    floor.clock.passes(days=days)
    # A second process has connections of its own; SQLite admits no second process.
    own = Database(backend.database_url) if floor.database.dialect == "postgresql" else floor.database
    other = Caretaker(own, floor.desk, floor.outbox, floor.bus, floor.clock)
    try:
        await asyncio.gather(caretaker.look(), other.look(), caretaker.look(), other.look())
    finally:
        if own is not floor.database:
            await own.close()
    wanted = select(Message.ticket_id).where(Message.kind == MessageKind.OUTGOING, Message.agent_id.is_(None))
    done = await floor.database.read(lambda session: sorted(filter(None, session.scalars(wanted))))
    assert done == sorted([case.number, *numbers])


async def test_what_the_contact_does_takes_the_moments_away(floor: Floor, caretaker: Caretaker, case: Case) -> None:
    for move in (floor.desk.join, floor.desk.confirm, floor.desk.withdraw):
        number = await answered(floor, case.agent)

        def moves(
            session: Session, move: Callable[[Session, Ticket], None] = move, number: int = number
        ) -> tuple[bool, bool]:
            move(session, session.get_one(Ticket, number))
            floor.clock.passes(days=8)
            return caretaker.remind(session, number), caretaker.solve(session, number)

        assert await floor.do(moves) == (False, False)
        ticket = await floor.ticket(number)
        assert (ticket.remind_at, ticket.solve_at) == (None, None)
        assert await said(floor, ticket.contact_id) == []


async def test_a_later_answer_starts_anew(floor: Floor, caretaker: Caretaker, case: Case) -> None:
    floor.clock.passes(days=6)
    await caretaker.look()
    await floor.delivers()
    await floor.answers(case.number, case.agent, "hello?")
    ticket = await floor.ticket(case.number)
    assert (ticket.remind_at, ticket.solve_at) == (
        floor.clock() + timedelta(days=2), floor.clock() + timedelta(days=7),
    )  # fmt: skip


async def test_a_thought_of_before_is_thought_anew(floor: Floor, caretaker: Caretaker, case: Case) -> None:
    before = (await floor.person(case.contact)).version
    floor.clock.passes(days=2)
    await caretaker.look()
    assert (await floor.person(case.contact)).version == before + 1


async def test_it_is_said_in_the_language_that_is_spoken_now(floor: Floor, caretaker: Caretaker, case: Case) -> None:
    def speaks(session: Session) -> None:
        session.get_one(Contact, case.contact).chosen_language = "hu"

    await floor.do(speaks)
    floor.clock.passes(days=2)
    await caretaker.look()
    (reminder,) = await said(floor, case.contact)
    assert reminder.startswith(f"Munkatársunk válaszolt az {case.number}. számú kérdésére")


async def test_nothing_follows_where_the_settings_say_so(floor: Floor) -> None:
    none = timedelta()
    desk = Desk(floor.bus, floor.clock, floor.outbox, SilencePolicy(none, none, none))
    caretaker = Caretaker(floor.database, desk, floor.outbox, floor.bus, floor.clock)
    agent, contact = await floor.agent("Olga"), await floor.contact()
    number = await floor.asks(contact_id=contact)
    await floor.do(lambda session: desk.reply(session, number, agent.id, "?"))
    await floor.delivers()
    floor.clock.passes(days=400)
    await caretaker.look()
    assert await said(floor, contact) == []
    assert (await floor.ticket(number)).status is TicketStatus.WAITING


async def test_without_a_way_back_none_is_offered(floor: Floor) -> None:
    desk = Desk(floor.bus, floor.clock, floor.outbox, SilencePolicy(reopen_within=timedelta()))
    caretaker = Caretaker(floor.database, desk, floor.outbox, floor.bus, floor.clock)
    agent, contact = await floor.agent("Olga"), await floor.contact()
    number = await floor.asks(contact_id=contact)
    await floor.do(lambda session: desk.reply(session, number, agent.id, "?"))
    await floor.delivers()
    floor.clock.passes(days=7)
    await caretaker.look()
    assert await said(floor, contact) == [f"Question #{number} is closed because we did not hear from you."]
    offered = await floor.database.read(lambda session: session.scalars(select(ChoiceRow.action)).all())
    assert offered == []


async def test_one_question_that_fails_does_not_hold_up_the_others(
    floor: Floor, caretaker: Caretaker, case: Case
) -> None:
    later = await answered(floor, case.agent)
    # The database itself refuses a second message of ours about the first question.
    refusing = (
        f"CREATE UNIQUE INDEX refusing ON message (ticket_id) WHERE ticket_id = {case.number} AND kind = 'outgoing'"
    )
    await floor.do(lambda session: session.execute(text(refusing)))
    floor.clock.passes(days=2)
    try:
        await caretaker.look()
        ticket = await floor.ticket(later)
        assert await said(floor, ticket.contact_id) == [REMINDER.format(later)]
        assert await said(floor, case.contact) == []
    finally:
        await floor.do(lambda session: session.execute(text("DROP INDEX refusing")))
    await caretaker.look()  # it is due still
    assert await said(floor, case.contact) == [REMINDER.format(case.number)]


@pytest.mark.parametrize("days", [2, 7])
async def test_whom_we_may_not_have_heard_is_not_silent(
    floor: Floor, caretaker: Caretaker, case: Case, days: int
) -> None:
    floor.clock.passes(days=days)
    who = await floor.person(case.contact)
    event = InboxEvent(
        account=who.account, event_key="1", user_id=who.user_id, payload={}, received_at=floor.clock(),
        state=InboxState.NEW,
    )  # fmt: skip
    await floor.do(lambda session: session.add(event))
    await caretaker.look()
    assert await said(floor, case.contact) == []

    def read(session: Session) -> None:
        session.execute(update(InboxEvent).values(state=InboxState.DONE))
        session.execute(update(ChannelState).values(problem="the token is rejected"))

    await floor.do(read)
    await caretaker.look()
    assert await said(floor, case.contact) == []
    await floor.do(lambda session: session.execute(update(ChannelState).values(problem=None)))
    await caretaker.look()
    assert len(await said(floor, case.contact)) == 1


async def test_it_looks_by_itself(floor: Floor, case: Case) -> None:
    caretaker = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)
    caretaker.look_every = 0.01
    floor.clock.passes(days=2)
    running = asyncio.create_task(caretaker.run())
    try:
        async with asyncio.timeout(60):
            while not await said(floor, case.contact):
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


# --- other eyes -------------------------------------------------------------------------------------------------------


async def test_what_was_opened_again_is_for_another_agent_first(floor: Floor, case: Case) -> None:
    boris = await floor.agent("Boris")
    await floor.do(lambda session: floor.staff.log_in(session, boris.id))
    await reopened(floor, case)
    assert (await floor.ticket(case.number)).previous_assignee_id == case.agent.id
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, case.agent.id)) is None
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, boris.id)) == case.number


async def test_it_is_not_kept_from_them_for_ever(floor: Floor, case: Case) -> None:
    boris = await floor.agent("Boris")
    await reopened(floor, case)
    floor.clock.passes(hours=4)
    await floor.do(lambda session: floor.staff.log_in(session, boris.id))  # at the desk, and does not take it
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, case.agent.id)) == case.number


async def test_who_has_left_the_desk_is_not_waited_for(floor: Floor, case: Case) -> None:
    boris = await floor.agent("Boris")
    await floor.do(lambda session: floor.staff.log_in(session, boris.id))
    await floor.do(lambda session: floor.staff.log_in(session, case.agent.id))
    await reopened(floor, case)
    floor.clock.passes(minutes=15)
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, case.agent.id)) == case.number


async def test_by_hand_anybody_may_claim_it(floor: Floor, case: Case) -> None:
    boris = await floor.agent("Boris")
    await floor.do(lambda session: floor.staff.log_in(session, boris.id))
    await reopened(floor, case)
    await floor.do(lambda session: floor.desk.ownership.claim(session, case.number, case.agent.id))
    assert (await floor.ticket(case.number)).assignee_id == case.agent.id


async def test_an_agent_who_opens_their_own_again_gets_it(floor: Floor, case: Case) -> None:
    boris = await floor.agent("Boris")
    await floor.do(lambda session: floor.staff.log_in(session, boris.id))
    await floor.do(lambda session: floor.desk.resolve(session, case.number, case.agent.id))
    await floor.do(lambda session: floor.desk.reopen(session, case.number, case.agent.id))
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, case.agent.id)) == case.number


async def reopened(floor: Floor, case: Case) -> None:
    await floor.do(lambda session: floor.desk.resolve(session, case.number, case.agent.id))
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, case.number)))
