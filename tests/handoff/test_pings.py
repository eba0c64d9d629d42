"""Agents are pinged once about what they want to know, outside their quiet hours; a ping holds nothing of a contact."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE, Actor
from handoff.audit.models import Origin
from handoff.labels.labelling import Labelling
from handoff.messages.values import Refused, SendOutcome, Uncertain, Unsendable
from handoff.models import Agent, DeliveryState, Role, Ticket, TicketStatus
from handoff.people.access import Team
from handoff.people.agents import AgentView
from handoff.people.models import ApiToken
from handoff.tickets.ownership.assignment import Assignment
from handoff.tickets.pings.accounts import VALID, AgentAccounts
from handoff.tickets.pings.expiry import KEPT, ExpiredPings
from handoff.tickets.pings.models import AccountToken, AgentAccount, Ping
from handoff.tickets.pings.overdue import OverduePings
from handoff.tickets.pings.settings import PingChoice, save_choice
from handoff.tickets.promises.due_times import ANSWER_WITHIN
from handoff.tickets.reminders.caretaker import Caretaker
from tests.handoff.floor import Floor
from tests.handoff.test_promises import category
from tests.office import employ


async def chooses(floor: Floor, agent: AgentView, choice: PingChoice) -> None:
    await floor.do(lambda session: save_choice(session, agent.id, choice))


async def links(floor: Floor, agent: AgentView, account: str = "vk:main") -> int:
    """The agent's own account, linked; the number of its contact row."""
    contact = await floor.contact(account)
    accounts = AgentAccounts(floor.clock)
    word = await floor.do(lambda session: accounts.create_word(session, agent.id))
    assert await floor.do(lambda session: accounts.link(session, word, contact))
    return contact


async def pings(floor: Floor, agent: AgentView) -> list[tuple[str, int]]:
    wanted = select(Ping).where(Ping.agent_id == agent.id).order_by(Ping.id)
    return await floor.database.read(lambda session: [(row.kind, row.ticket_id) for row in session.scalars(wanted)])


async def messages(floor: Floor, contact: int) -> list[str]:
    return [part.text for part in await floor.parts(contact)]


def caretaker(floor: Floor) -> Caretaker:
    overdue = {"overdue promise": OverduePings(floor.desk.pings, floor.clock)}
    return Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock, overdue)


async def test_a_new_question_pings_those_who_want_it(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    account = await links(floor, maria)
    await chooses(floor, maria, PingChoice(opened=True))
    floor.desk.pings.desk_address = "https://desk.example.org/"
    number = await floor.asks("my password is 1234")
    assert (await pings(floor, maria), await pings(floor, boris)) == ([("opened", number)], [])
    assert await messages(floor, account) == [f"New question #{number}\nhttps://desk.example.org/desk/tickets/{number}"]


async def test_without_a_public_address_a_ping_has_no_link(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    account = await links(floor, maria)
    await chooses(floor, maria, PingChoice(opened=True))
    number = await floor.asks()
    assert await messages(floor, account) == [f"New question #{number}"]


async def test_who_is_given_a_question_is_pinged_and_who_takes_one_is_not(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    lead = await floor.do(lambda session: employ(session, "lead@example.org", "Lea", Role.LEAD, floor.clock()))
    account = await links(floor, boris)
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    await floor.do(lambda session: floor.desk.handovers.transfer(session, number, maria.id, boris.id))
    by = Actor(lead.id, Origin.DESK)
    await floor.do(lambda session: floor.desk.handovers.assign(session, number, by, lead.id, "mine"))
    await floor.do(lambda session: floor.desk.handovers.assign(session, number, by, boris.id, "yours"))
    assert await pings(floor, boris) == [("assigned", number)] * 2
    assert (await pings(floor, maria), await pings(floor, lead)) == ([], [])
    assert await messages(floor, account) == [f"Question #{number} is yours now"] * 2


async def test_the_rule_of_assignment_pings_too(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    await floor.do(lambda session: floor.staff.log_in(session, maria.id))
    number = await floor.asks()
    assert await floor.do(Assignment(floor.desk.ownership, floor.clock).assign_next) == number
    assert await pings(floor, maria) == [("assigned", number)]


async def test_an_overdue_answer_pings_its_holder_once(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    account = await links(floor, maria)
    held, free = await floor.asks(), await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, held, maria.id))
    await floor.do(lambda session: floor.desk.note(session, held, maria.id, "looking"))
    await caretaker(floor).look()
    assert await pings(floor, maria) == []
    floor.clock.now += ANSWER_WITHIN
    await caretaker(floor).look()
    await caretaker(floor).look()
    assert await pings(floor, maria) == [("overdue", held), ("overdue", free)]
    assert await pings(floor, boris) == [("overdue", free)]
    assert await messages(floor, account) == [f"The answer to question #{n} is overdue" for n in (held, free)]


async def test_the_next_wait_is_another_promise(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    number = await floor.asks()
    await floor.answers(number, maria, "like this")
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))
    await caretaker(floor).look()
    floor.clock.now += ANSWER_WITHIN
    await caretaker(floor).look()
    assert await pings(floor, maria) == [("overdue", number)]


@pytest.mark.parametrize(
    ("hour", "quiet"), [("21:59", False), ("22:00", True), ("03:00", True), ("07:59", True), ("08:00", False)]
)
async def test_quiet_hours_leave_pings_out_for_good(floor: Floor, hour: str, quiet: bool) -> None:
    maria = await floor.agent("Maria")
    account = await links(floor, maria)
    nights = PingChoice(opened=True, quiet_from=22 * 60, quiet_until=8 * 60, zone="Europe/Moscow")
    await chooses(floor, maria, nights)
    floor.clock.now = datetime.fromisoformat(f"2026-12-01T{hour}+03:00")
    number = await floor.asks()
    floor.clock.now += ANSWER_WITHIN / 2  # the night is over, and nothing follows
    await caretaker(floor).look()
    assert await pings(floor, maria) == ([] if quiet else [("opened", number)])
    assert len(await messages(floor, account)) == (0 if quiet else 1)


async def test_who_is_away_or_disabled_is_not_pinged_about_what_is_free(floor: Floor) -> None:
    away, gone = await floor.agent("Maria"), await floor.agent("Boris")
    for agent in (away, gone):
        await chooses(floor, agent, PingChoice(opened=True))
    await floor.do(lambda session: floor.desk.availability.set_away(session, away.id, away=True))

    def disable(session: Session) -> None:
        session.get_one(Agent, gone.id).disabled_at = floor.clock()

    await floor.do(disable)
    await floor.asks()
    assert (await pings(floor, away), await pings(floor, gone)) == ([], [])


@pytest.mark.parametrize(
    ("outcome", "state"), [(Uncertain("no answer"), DeliveryState.MAYBE), (Refused("blocked"), DeliveryState.REFUSED)]
)
async def test_a_ping_that_may_have_arrived_is_not_sent_again(
    floor: Floor, outcome: SendOutcome, state: DeliveryState
) -> None:
    maria = await floor.agent("Maria")
    account = await links(floor, maria)
    await chooses(floor, maria, PingChoice(opened=True))
    number = await floor.asks()
    (claimed,) = await floor.claims()
    assert await floor.fences(claimed)
    await floor.settles(claimed, outcome, idempotent=False)
    floor.clock.passes(days=2)
    assert await floor.claims() == []
    (part,) = await floor.parts(account)
    assert part.state == state
    tickets = await floor.database.read(lambda session: session.scalars(select(Ticket.id)).all())
    assert list(tickets) == [number]  # a lost ping is no question of a contact's


async def test_a_word_links_once_and_for_fifteen_minutes(floor: Floor) -> None:
    maria, accounts = await floor.agent("Maria"), AgentAccounts(floor.clock)
    contact, other = await floor.contact(), await floor.contact()
    old = await floor.do(lambda session: accounts.create_word(session, maria.id))
    word = await floor.do(lambda session: accounts.create_word(session, maria.id))
    assert not await floor.do(lambda session: accounts.link(session, old, contact))
    assert await floor.do(lambda session: accounts.link(session, word, contact))
    assert not await floor.do(lambda session: accounts.link(session, word, other))
    late = await floor.do(lambda session: accounts.create_word(session, maria.id))
    floor.clock.now += VALID
    assert not await floor.do(lambda session: accounts.link(session, late, other))
    assert [one.contact_id for one in await floor.do(lambda session: accounts.list_accounts(session, maria.id))] == [
        contact
    ]
    await floor.do(lambda session: accounts.unlink(session, maria.id + 1, contact))  # not theirs
    assert await floor.do(lambda session: session.get(AgentAccount, contact)) is not None
    await floor.do(lambda session: accounts.unlink(session, maria.id, contact))
    assert await floor.do(lambda session: accounts.list_accounts(session, maria.id)) == ()


async def test_the_database_holds_no_token(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    word = await floor.do(lambda session: AgentAccounts(floor.clock).create_word(session, maria.id))
    kept = await floor.database.read(lambda session: session.scalars(select(AccountToken.token_hash)).one())
    assert word.removeprefix("desk-") not in kept


async def test_whose_access_ended_is_not_pinged_and_has_no_accounts(floor: Floor) -> None:
    """An answer that is lost after its author left opens the question again, for everybody."""
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    account, accounts, team = await links(floor, maria), AgentAccounts(floor.clock), _team(floor)
    word = await floor.do(lambda session: accounts.create_word(session, maria.id))
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "like this"))
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    await floor.do(lambda session: team.disable(session, maria.id, COMMAND_LINE))
    await floor.delivers(Unsendable("no", None))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.assignee_id, ticket.returned_from_id) == (TicketStatus.OPEN, None, maria.id)
    floor.clock.now += ANSWER_WITHIN
    await caretaker(floor).look()
    assert (await pings(floor, maria), await pings(floor, boris)) == ([], [("overdue", number)])
    await floor.do(lambda session: floor.desk.pings.report_assigned(session, session.get_one(Ticket, number), maria.id))
    assert await pings(floor, maria) == []
    # What the account writes is a contact's again, and after a return the links of before stay void.
    await floor.do(lambda session: team.enable(session, maria.id, COMMAND_LINE))
    assert await floor.database.read(lambda session: accounts.list_accounts(session, maria.id)) == ()
    assert not await floor.do(lambda session: accounts.link(session, word, account))


async def test_a_promise_that_another_category_made_longer_is_overdue_again(floor: Floor) -> None:
    maria, labelling = await floor.agent("Maria"), Labelling(floor.desk.journal, floor.desk.promises)
    await category(floor, "quick", 10, None)
    await category(floor, "slow", 2 * 24 * 60, None)
    number = await floor.asks()
    floor.clock.passes(hours=1)
    await floor.do(lambda session: labelling.set_category(session, number, maria.id, "quick"))
    await caretaker(floor).look()
    assert await pings(floor, maria) == [("overdue", number)]
    await floor.do(lambda session: labelling.set_category(session, number, maria.id, "slow"))
    await caretaker(floor).look()
    assert await pings(floor, maria) == [("overdue", number)]
    floor.clock.passes(hours=47)
    for _ in range(2):
        await caretaker(floor).look()
    assert await pings(floor, maria) == [("overdue", number)] * 2


async def test_the_overdue_question_of_a_program_pings_people(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.AGENT, COMMAND_LINE))
    program = await floor.database.read(lambda session: session.scalars(select(ApiToken.agent_id)).one())
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, program))
    await floor.do(lambda session: floor.desk.note(session, number, program, "looking"))
    floor.clock.now += ANSWER_WITHIN
    await caretaker(floor).look()
    assert await pings(floor, maria) == [("overdue", number)]


async def test_old_pings_are_deleted_but_an_open_promise_stays_processed(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    waits, answered = await floor.asks(), await floor.asks()
    floor.clock.now += ANSWER_WITHIN
    await caretaker(floor).look()
    await floor.answers(answered, maria, "like this")
    expired = Caretaker(
        floor.database, floor.desk, floor.outbox, floor.bus, floor.clock, {"ping": ExpiredPings(floor.clock)}
    )

    async def left() -> list[tuple[int, bool]]:
        wanted = select(Ping.ticket_id, Ping.agent_id.is_not(None)).order_by(Ping.id)
        return await floor.database.read(lambda session: [(row[0], row[1]) for row in session.execute(wanted)])

    everything = [(waits, False), (waits, True), (answered, False), (answered, True)]
    floor.clock.now += KEPT
    await expired.look()
    assert await left() == everything
    floor.clock.now += timedelta(seconds=1)
    await expired.look()
    assert await left() == [(waits, False), (answered, True)]  # the last one keeps its number from being given again
    await caretaker(floor).look()
    assert await left() == [(waits, False), (answered, True)]
    await floor.answers(waits, maria, "like this")
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, waits)))
    floor.clock.now += ANSWER_WITHIN
    await caretaker(floor).look()
    await expired.look()
    assert await left() == [(waits, False), (waits, True)]


def _team(floor: Floor) -> Team:
    return Team(floor.desk, floor.bus, floor.clock)
