"""Automatic assignment: who is given a free question, what waits, and that several processes agree."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.program.app import open_app
from bot.program.settings import Settings
from handoff.audit.log import COMMAND_LINE
from handoff.lists import unread
from handoff.models import Agent, Ticket
from handoff.people.agents import AgentView
from handoff.tickets.claims import CLAIM
from handoff.tickets.ownership.assignment import Assigner, Assignment
from handoff.tickets.reminders.caretaker import Caretaker
from handoff.tickets.reminders.returned_tickets import LapsedClaims
from infra.database import Database
from tests.conftest import Backend
from tests.handoff.floor import Floor

LONG = timedelta(minutes=16)
"""Longer than an agent whose browser is closed counts as present."""


def assigner(floor: Floor, limit: int | None = None, database: Database | None = None) -> Assigner:
    assignment = Assignment(floor.desk.ownership, floor.clock, limit)
    return Assigner(database or floor.database, floor.bus, assignment)


async def at_desk(floor: Floor, name: str) -> AgentView:
    """An agent who has just signed in."""
    agent = await floor.agent(name)
    await floor.do(lambda session: floor.staff.log_in(session, agent.id))
    return agent


async def holders(floor: Floor, *numbers: int) -> list[int | None]:
    return [(await floor.ticket(number)).assignee_id for number in numbers]


async def is_away(floor: Floor, agent: AgentView, away: bool = True) -> None:
    await floor.do(lambda session: floor.desk.availability.set_away(session, agent.id, away=away))


async def test_the_least_loaded_agent_is_given_the_next_question(floor: Floor) -> None:
    maria, oleg = await at_desk(floor, "Maria"), await at_desk(floor, "Oleg")
    own = await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, own, maria.id))
    first, second, third = await floor.asks(), await floor.asks(), await floor.asks()
    await assigner(floor).look()
    assert await holders(floor, own, first) == [maria.id, oleg.id]
    shared = Counter(await holders(floor, own, first, second, third))
    assert shared == {maria.id: 2, oleg.id: 2}
    assert await floor.events(first) == [("opened", ""), ("assigned", "Oleg")]


async def test_equally_loaded_agents_take_turns(floor: Floor) -> None:
    maria, oleg = await at_desk(floor, "Maria"), await at_desk(floor, "Oleg")
    given = []
    for _ in range(4):
        number = await floor.asks()
        await assigner(floor).look()
        given += await holders(floor, number)
        floor.clock.passes(seconds=1)
    assert given == [maria.id, oleg.id, maria.id, oleg.id]


async def test_agents_who_solve_at_once_take_turns_too(floor: Floor) -> None:
    agents = {agent.id: agent for agent in [await at_desk(floor, name) for name in ("Maria", "Oleg")]}
    given = []
    for _ in range(4):
        number = await floor.asks()
        await assigner(floor).look()
        [holder] = await holders(floor, number)
        assert holder is not None
        await floor.do(lambda session, n=number, who=holder: floor.desk.resolve(session, n, who))  # type: ignore[misc]
        given.append(agents[holder].name)
        floor.clock.passes(seconds=1)
    assert given == ["Maria", "Oleg", "Maria", "Oleg"]


async def test_an_answered_question_is_no_load(floor: Floor) -> None:
    maria, oleg = await at_desk(floor, "Maria"), await at_desk(floor, "Oleg")
    answered, waiting = await floor.asks(), await floor.asks()
    await floor.answers(answered, maria, "which version?")
    await floor.do(lambda session: floor.desk.ownership.claim(session, waiting, oleg.id))
    number = await floor.asks()
    await assigner(floor).look()
    assert await holders(floor, number) == [maria.id]


async def test_only_agents_who_are_here_are_given_questions(floor: Floor) -> None:
    await floor.agent("Never")
    gone, away, disabled = [await at_desk(floor, name) for name in ("Gone", "Away", "Disabled")]
    await floor.do(lambda session: floor.staff.add_token(session, "robot", gone.role, COMMAND_LINE))
    floor.clock.now += LONG
    here = await at_desk(floor, "Here")
    for agent in (away, disabled):
        await floor.do(lambda session, agent=agent: floor.staff.log_in(session, agent.id))  # type: ignore[misc]
    await is_away(floor, away)
    await floor.do(lambda session: setattr(session.get_one(Agent, disabled.id), "disabled_at", floor.clock()))
    numbers = [await floor.asks() for _ in range(3)]
    await assigner(floor).look()
    assert await holders(floor, *numbers) == [here.id] * 3


async def test_at_the_limit_a_question_waits_until_somebody_is_free(floor: Floor) -> None:
    maria = await at_desk(floor, "Maria")
    first, second, third = await floor.asks(), await floor.asks(), await floor.asks()
    await assigner(floor, limit=2).look()
    assert await holders(floor, first, second, third) == [maria.id, maria.id, None]
    await floor.do(lambda session: floor.desk.resolve(session, first, maria.id))
    await assigner(floor, limit=2).look()
    assert await holders(floor, third) == [maria.id]


async def test_a_person_may_claim_beyond_the_limit(floor: Floor) -> None:
    maria = await at_desk(floor, "Maria")
    first, second, third = await floor.asks(), await floor.asks(), await floor.asks()
    await assigner(floor, limit=1).look()
    await floor.do(lambda session: floor.desk.ownership.claim(session, second, maria.id))
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, maria.id)) == third
    fourth = await floor.asks()
    await assigner(floor, limit=1).look()
    assert await holders(floor, first, second, third, fourth) == [maria.id, maria.id, maria.id, None]


async def test_a_question_waits_for_an_agent_to_come(floor: Floor) -> None:
    maria = await at_desk(floor, "Maria")
    await is_away(floor, maria)
    number = await floor.asks()
    await assigner(floor).look()
    assert await holders(floor, number) == [None]
    await is_away(floor, maria, away=False)
    await assigner(floor).look()
    assert await holders(floor, number) == [maria.id]


async def test_the_most_urgent_question_goes_first(floor: Floor) -> None:
    late, later = await floor.asks(), await floor.asks()

    def hurry(session: Session) -> None:
        session.get_one(Ticket, later).due_at = floor.clock() + timedelta(hours=11)

    await floor.do(hurry)
    maria = await at_desk(floor, "Maria")
    await assigner(floor, limit=1).look()
    assert await holders(floor, late, later) == [None, maria.id]


async def test_who_gave_a_question_back_is_not_given_it_again(floor: Floor) -> None:
    maria, number = await at_desk(floor, "Maria"), await floor.asks()
    await assigner(floor).look()
    await floor.do(lambda session: floor.desk.ownership.release(session, number, maria.id))
    await assigner(floor).look()
    assert await holders(floor, number) == [None]
    oleg = await at_desk(floor, "Oleg")
    await assigner(floor).look()
    assert await holders(floor, number) == [oleg.id]


async def test_a_lapsed_question_goes_to_another_agent(floor: Floor) -> None:
    maria, number = await at_desk(floor, "Maria"), await floor.asks()
    await assigner(floor).look()
    floor.clock.now += CLAIM
    await floor.do(lambda session: floor.staff.log_in(session, maria.id))
    oleg = await at_desk(floor, "Oleg")
    lapsed = {"claim": LapsedClaims(floor.desk.ownership, floor.clock)}
    await Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock, lapsed).look()
    await assigner(floor).look()
    assert await holders(floor, number) == [oleg.id]
    assert [word for word, _ in await floor.events(number)] == ["opened", "assigned", "lapsed", "assigned"]


async def test_a_reopened_question_prefers_a_second_opinion(floor: Floor) -> None:
    maria, number = await at_desk(floor, "Maria"), await floor.asks()
    await assigner(floor).look()
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    oleg, other = await at_desk(floor, "Oleg"), await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, other, oleg.id))
    await assigner(floor).look()
    assert await holders(floor, number) == [oleg.id]
    await floor.do(lambda session: floor.desk.resolve(session, number, oleg.id))
    await is_away(floor, maria)
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    await assigner(floor).look()
    assert await holders(floor, number) == [oleg.id]


async def test_an_assigned_question_is_new_to_its_receiver(floor: Floor) -> None:
    maria, number = await at_desk(floor, "Maria"), await floor.asks()
    await assigner(floor).look()

    def marks(session: Session) -> tuple[unread.Marks, int]:
        latest = unread.latest_lines(session, [number])
        return (
            unread.marks(session, maria.id, {number: maria.id}, latest),
            unread.count_unread(session, maria.id, floor.clock()),
        )

    found, count = await floor.do(marks)
    assert (set(found.handed), count) == ({number}, 1)


async def test_processes_assign_each_question_once_and_stay_within_the_limit(floor: Floor, backend: Backend) -> None:
    agents = [await at_desk(floor, name) for name in ("Maria", "Oleg", "Vera")]
    numbers = [await floor.asks() for _ in range(20)]
    # One process has a SQLite file at a time; within it, three look at once.
    shared = backend.database_url.startswith("sqlite")
    others = [floor.database if shared else Database(backend.database_url) for _ in range(3)]
    try:
        await asyncio.gather(*(assigner(floor, 5, database).look() for database in (floor.database, *others)))
    finally:
        for database in () if shared else others:
            await database.close()
    given = Counter(await holders(floor, *numbers))
    assert given.pop(None) == 5
    assert given == {agent.id: 5 for agent in agents}
    for number in numbers:
        assert sum(word == "assigned" for word, _ in await floor.events(number)) <= 1


async def test_a_hint_is_enough_for_it_to_look(floor: Floor) -> None:
    maria = await at_desk(floor, "Maria")
    running = asyncio.create_task(assigner(floor).run())
    try:
        number = await floor.asks()
        async with asyncio.timeout(60):
            while await holders(floor, number) != [maria.id]:
                await asyncio.sleep(0.02)
    finally:
        running.cancel()


async def test_it_runs_where_the_setting_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    plain = Settings(database_url=url, files_dir=tmp_path, sentence_encoder=False)
    async with open_app(plain) as app:
        assert app.assigner is None
    async with open_app(plain.model_copy(update={"auto_assign": True, "ticket_limit": 3})) as app:
        assert app.assigner is not None
