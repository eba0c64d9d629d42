"""The number of statements that pages execute, on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.program.schema import migrate
from handoff.audit.log import COMMAND_LINE
from handoff.dashboard.live.change_detector import ChangeDetector
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import Sent
from handoff.models import Contact, Role
from handoff.people.agents import AgentProfile, Staff
from handoff.tickets import queue
from handoff.tickets.queue import Counts, TicketFilter
from handoff.tickets.service import Desk
from infra.bus import LocalBus
from infra.database import Database
from tests.conftest import Backend
from tests.office import Clock


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    opened = Database(backend.database_url)
    migrate(opened)
    yield opened
    await opened.close()


async def test_counts_and_changes(database: Database) -> None:
    clock, bus = Clock(), LocalBus()
    staff, outbox = Staff(clock), Outbox(bus, clock)
    desk = Desk(bus, clock, outbox)
    glance = ChangeDetector(clock)

    def prepare(session: Session) -> tuple[int, list[int]]:
        agent = staff.add(session, AgentProfile("olga@example.org", "Olga", Role.AGENT), "a hash", COMMAND_LINE)
        numbers = []
        for number in range(4):
            contact = Contact(
                account="vk:main", user_id=str(number), name="", language="ru", version=0,
                created_at=clock(), last_seen_at=clock(),
            )  # fmt: skip
            session.add(contact)
            session.flush()
            numbers.append(desk.open(session, contact, "?", reason="asked").id)
        return agent.id, numbers

    agent, numbers = await database.write(prepare)
    assert await database.read(glance.changes) == set()
    await database.write(lambda session: desk.ownership.claim(session, numbers[0], agent))
    await database.write(lambda session: desk.reply(session, numbers[1], agent, "Yes."))
    (sent,) = (await database.write(lambda session: outbox.claim(session, "vk:main", "one", 9, at_once=9))).parts
    await database.write(lambda session: outbox.settle(session, sent.delivery_id, "one", Sent({}), idempotent=True))
    assert await database.read(glance.changes) == {"contact-1", "contact-2"}
    assert await database.read(glance.changes) == set()
    now = clock()
    assert await database.read(lambda session: queue.counts(session, now)) == Counts(
        all=4, unassigned=2, late=0, waiting=1, undelivered=0, snoozed=0
    )
    assert await database.read(lambda session: queue.held_by_agent(session, now)) == {agent: 2}
    later = now + timedelta(hours=12)
    assert await database.read(lambda session: queue.counts(session, later)) == Counts(
        all=4, unassigned=3, late=3, waiting=1, undelivered=0, snoozed=0
    )
    assert await database.read(lambda session: queue.held_by_agent(session, later)) == {agent: 1}
    late = await database.read(lambda session: queue.tickets(session, later, TicketFilter(late=True)))
    assert [view.id for view in late.items] == [numbers[0], numbers[2], numbers[3]]


async def test_counts_of_an_empty_desk(database: Database) -> None:
    now = Clock()()
    assert await database.read(lambda session: queue.counts(session, now)) == Counts(0, 0, 0, 0, 0, 0)
