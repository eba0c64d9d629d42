"""Who holds a ticket, how long, and how it goes from one agent to another."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from handoff.errors import HeldError, NotFoundError
from handoff.messages.values import Uncertain
from handoff.models import Agent, Ticket
from handoff.people.agents import AgentView
from handoff.tickets import queue
from handoff.tickets.claims import CLAIM, OVERDUE
from handoff.tickets.promises.due_times import ANSWER_WITHIN
from handoff.tickets.queue import TicketView
from handoff.tickets.reminders.caretaker import Caretaker, DueWork
from handoff.tickets.reminders.returned_tickets import LapsedClaims, UnattendedTickets
from tests.handoff.floor import Floor

HALF_AN_HOUR = CLAIM


def caretaker(floor: Floor) -> Caretaker:
    ownership, clock = floor.desk.ownership, floor.clock
    further: dict[str, DueWork] = {
        "claim": LapsedClaims(ownership, clock),
        "unattended": UnattendedTickets(ownership, clock),
    }
    return Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, clock, further)


async def view(floor: Floor, number: int) -> TicketView:
    found = await floor.database.read(lambda session: queue.ticket(session, number, floor.clock()))
    assert found is not None
    return found


async def signs_in(floor: Floor, agent: AgentView) -> None:
    await floor.do(lambda session: floor.staff.log_in(session, agent.id))


# --- claims -----------------------------------------------------------------------------------------------------------


async def test_one_holds_and_the_other_is_told_who(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    with pytest.raises(HeldError, match="Maria holds this question") as refused:
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    assert refused.value.holder == "Maria"
    for verb in (floor.desk.ownership.release, floor.desk.resolve):
        with pytest.raises(HeldError):
            await floor.do(lambda session, verb=verb: verb(session, number, oleg.id))  # type: ignore[misc]
    with pytest.raises(HeldError):
        await floor.do(lambda session: floor.desk.reply(session, number, oleg.id, "words"))
    with pytest.raises(HeldError):
        await floor.do(lambda session: floor.desk.handovers.transfer(session, number, oleg.id, oleg.id))
    assert (await floor.ticket(number)).assignee_id == maria.id
    assert await floor.events(number) == [("opened", ""), ("claimed", "Maria")]


async def test_a_claim_runs_out_unless_it_is_renewed(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    floor.clock.now += HALF_AN_HOUR - timedelta(seconds=1)
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    floor.clock.now += HALF_AN_HOUR - timedelta(seconds=1)
    with pytest.raises(HeldError):
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    floor.clock.now += timedelta(seconds=1)
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    with pytest.raises(HeldError, match="Oleg"):
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    assert await floor.events(number) == [
        ("opened", ""),
        ("claimed", "Maria"),
        ("lapsed", "Maria"),
        ("claimed", "Oleg"),
    ]


async def test_of_many_who_claim_at_once_one_wins(floor: Floor) -> None:
    number = await floor.asks()
    agents = [await floor.agent(f"Agent{n}") for n in range(6)]
    outcomes = await asyncio.gather(
        *(floor.do(lambda session, a=a: floor.desk.ownership.claim(session, number, a.id)) for a in agents),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["HeldError"] * 5 + ["NoneType"]


async def test_take_next_takes_the_oldest_promise_once(floor: Floor) -> None:
    maria, oleg = await floor.agent("Maria"), await floor.agent("Oleg")
    numbers = []
    for _ in range(3):
        numbers.append(await floor.asks())
        floor.clock.passes(minutes=1)

    async def next_of(agent_id: int) -> int | None:
        return await floor.do(lambda session: floor.desk.ownership.take_next(session, agent_id))

    assert await next_of(maria.id) == numbers[0]
    assert await next_of(oleg.id) == numbers[1]
    assert await next_of(maria.id) == numbers[2]
    assert await next_of(oleg.id) is None
    floor.clock.now += HALF_AN_HOUR
    assert await next_of(oleg.id) == numbers[0]


async def test_many_who_take_next_at_once_get_different_ones(floor: Floor) -> None:
    numbers = [await floor.asks() for _ in range(5)]
    agents = [await floor.agent(f"Agent{n}") for n in range(5)]
    taken = await asyncio.gather(
        *(floor.do(lambda session, a=a: floor.desk.ownership.take_next(session, a.id)) for a in agents)  # type: ignore[misc]
    )
    assert sorted(number for number in taken if number is not None) == numbers


async def test_release_gives_back_and_transfer_hands_over(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    await floor.do(lambda session: floor.desk.ownership.release(session, number, maria.id))
    assert (await floor.ticket(number)).assignee_id is None
    await floor.do(lambda session: floor.desk.handovers.transfer(session, number, oleg.id, maria.id))
    assert (await floor.ticket(number)).assignee_id == maria.id
    with pytest.raises(HeldError, match="Maria"):
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: floor.desk.handovers.transfer(session, number, maria.id, 404))
    assert (await floor.ticket(number)).assignee_id == maria.id


async def test_an_untouched_claim_lapses_and_the_thread_says_so(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    floor.clock.now += HALF_AN_HOUR - timedelta(seconds=1)
    await caretaker(floor).look()
    assert (await view(floor, number)).lapses_at == floor.clock() + timedelta(seconds=1)
    floor.clock.now += timedelta(seconds=1)
    seen = await view(floor, number)
    assert (seen.assignee, seen.returned_from, seen.lapses_at) == (None, "Maria", None)
    for _ in range(2):
        await caretaker(floor).look()
    seen = await view(floor, number)
    assert (seen.assignee, seen.returned_from) == (None, "Maria")
    assert (await floor.events(number))[2:] == [("lapsed", "Maria")]
    assert not await floor.do(lambda session: floor.desk.ownership.renew(session, number, maria.id))
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    assert (await view(floor, number)).returned_from is None


async def test_activity_renews_a_claim_of_ones_own_and_no_other(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    for _ in range(3):
        floor.clock.passes(minutes=20)
        assert await floor.do(lambda session: floor.desk.ownership.renew(session, number, maria.id))
        assert not await floor.do(lambda session: floor.desk.ownership.renew(session, number, oleg.id))
    assert (await floor.ticket(number)).claimed_until == floor.clock() + CLAIM
    await caretaker(floor).look()
    assert (await view(floor, number)).assignee == "Maria"


async def test_pages_hear_of_a_renewal_only_while_they_count_down(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    with floor.bus.subscribe("desk") as hints:
        floor.clock.passes(minutes=24)
        await floor.do(lambda session: floor.desk.ownership.renew(session, number, maria.id))
        assert await hints.next(0) is None
        floor.clock.passes(minutes=26)
        await floor.do(lambda session: floor.desk.ownership.renew(session, number, maria.id))
        assert await hints.next(5) is not None


@pytest.mark.parametrize("deed", ["reply", "note"])
async def test_a_ticket_that_its_holder_worked_on_stays_theirs(floor: Floor, deed: str) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    work = floor.desk.reply if deed == "reply" else floor.desk.note
    await floor.do(lambda session: work(session, number, maria.id, "words"))
    await floor.delivers()
    floor.clock.passes(hours=10)
    await caretaker(floor).look()
    seen = await view(floor, number)
    assert (seen.assignee, seen.lapses_at) == ("Maria", None)
    with pytest.raises(HeldError, match="Maria"):
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, oleg.id)) is None
    await floor.do(lambda session: floor.desk.ownership.release(session, number, maria.id))
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, oleg.id))
    assert (await floor.ticket(number)).touched_at is None


async def test_a_colleagues_note_touches_nobodys_claim(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    await floor.do(lambda session: floor.desk.note(session, number, oleg.id, "look"))
    floor.clock.now += HALF_AN_HOUR
    await caretaker(floor).look()
    assert (await view(floor, number)).assignee is None


# --- owners who are not there -----------------------------------------------------------------------------------------


async def answered(floor: Floor, owner: AgentView) -> int:
    """A question that its owner has answered; they are at the desk."""
    await signs_in(floor, owner)
    number = await floor.asks()
    await floor.answers(number, owner, "like this")
    return number


async def writes(floor: Floor, number: int) -> None:
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))


async def test_new_words_reach_an_owner_who_is_here(floor: Floor) -> None:
    number = await answered(floor, await floor.agent("Boris"))
    floor.clock.passes(hours=7)
    await writes(floor, number)
    assert (await view(floor, number)).assignee == "Boris"


@pytest.mark.parametrize("why", ["away", "disabled", "signed out"])
async def test_new_words_bring_an_absent_owners_ticket_back(floor: Floor, why: str) -> None:
    boris, oleg = await floor.agent("Boris"), await floor.agent("Oleg")
    number = await answered(floor, boris)
    floor.clock.passes(hours=1)
    if why == "away":
        await floor.do(lambda session: floor.desk.availability.set_away(session, boris.id, away=True))
    elif why == "disabled":
        now = floor.clock()
        await floor.do(lambda session: session.execute(update(Agent).values(disabled_at=now)))
    else:
        floor.clock.passes(hours=8)
    assert (await view(floor, number)).assignee == "Boris"
    await writes(floor, number)
    seen = await view(floor, number)
    assert (seen.assignee, seen.returned_from) == (None, "Boris")
    assert (await floor.events(number))[-1] == ("returned", "Boris")
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, oleg.id)) == number


async def test_who_comes_back_keeps_their_tickets(floor: Floor) -> None:
    boris = await floor.agent("Boris")
    number = await answered(floor, boris)
    for away in (True, False):
        await floor.do(lambda session, away=away: floor.desk.availability.set_away(session, boris.id, away=away))  # type: ignore[misc]
    await writes(floor, number)
    assert (await view(floor, number)).assignee == "Boris"


async def test_an_owner_who_lets_an_answer_become_overdue_loses_the_ticket(floor: Floor) -> None:
    boris = await floor.agent("Boris")
    number = await answered(floor, boris)
    await writes(floor, number)
    floor.clock.now += ANSWER_WITHIN + OVERDUE - timedelta(seconds=1)
    await caretaker(floor).look()
    assert (await view(floor, number)).assignee == "Boris"
    floor.clock.now += timedelta(seconds=1)
    assert await floor.do(lambda session: floor.desk.ownership.renew(session, number, boris.id))
    await caretaker(floor).look()  # they have its page before them
    assert (await view(floor, number)).assignee == "Boris"
    floor.clock.now += CLAIM
    await caretaker(floor).look()
    assert (await view(floor, number)).returned_from == "Boris"
    assert (await floor.events(number))[-1] == ("returned_late", "Boris")


async def test_a_lost_answer_is_nobodys_for_no_longer_than_an_hour(floor: Floor) -> None:
    boris = await floor.agent("Boris")
    await signs_in(floor, boris)
    number = await floor.asks()
    await floor.answers(number, boris, "like this", Uncertain("no answer"))
    floor.clock.now += ANSWER_WITHIN + OVERDUE
    await caretaker(floor).look()
    assert (await view(floor, number)).returned_from == "Boris"


async def test_what_waits_for_its_contact_stays_with_its_owner(floor: Floor) -> None:
    number = await answered(floor, await floor.agent("Boris"))
    floor.clock.passes(days=3)
    await caretaker(floor).look()
    assert (await view(floor, number)).assignee == "Boris"
