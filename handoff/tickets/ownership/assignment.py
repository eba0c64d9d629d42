"""Automatic assignment: a free question goes to the least loaded agent who is at work.

The queue is the list of what is to be assigned, most urgent first. Each assignment is one transaction that first locks
the agents at work and then the ticket: two processes never give one ticket twice, nor an agent more than the limit.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, distinct, func, select
from sqlalchemy.orm import Session

from handoff.models import Agent, Message, MessageKind, Ticket
from handoff.tickets import queue
from handoff.tickets.claims import is_held
from handoff.tickets.ownership.availability import at_work
from handoff.tickets.ownership.use_cases import Ownership
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from infra.storage.columns import words
from infra.storage.outages import Notices

log = logging.getLogger(__name__)

LOOK_EVERY = 20.0
"""Seconds between two looks without a hint that something changed at the desk."""
_GAP = 0.5
"""Seconds between two looks during a burst of changes."""
_GAVE_UP = ("released", "lapsed", "returned", "returned_late")
"""Events by which their author no longer has the ticket."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An agent at work who may be given another question."""

    id: int
    load: int
    """Questions of theirs that wait for an answer."""
    since: datetime | None
    """When a question was last assigned to them."""


class Assignment:
    """The rule of automatic assignment; works within the caller's unit of work."""

    def __init__(self, ownership: Ownership, clock: Clock, limit: int | None = None) -> None:
        """`limit` is the number of waiting questions at which an agent is given no more; None for no limit."""
        self._ownership = ownership
        self._clock = clock
        self._limit = limit

    def is_due(self, session: Session) -> bool:
        """Return whether a free question and an agent for it may exist; cheap, without locks."""
        agents = self._candidates(session)
        return bool(agents) and session.scalar(self._wanted(agents)) is not None

    def assign_next(self, session: Session) -> int | None:
        """Give the most urgent free question to an agent and return its number; None if there is none to give.

        An agent who gave a question back or let it lapse is not given the same one again; of a reopened one, its former
        holder only if no other agent can have it.
        """
        here = select(Agent.id).where(at_work(self._clock())).order_by(Agent.id)
        session.scalars(here.with_for_update(key_share=True)).all()
        agents = self._candidates(session)
        if not agents:
            return None
        number = session.scalar(self._wanted(agents).with_for_update(skip_locked=True))
        if number is None:
            return None
        ticket = self._ownership.live(session, number)
        former = _gave_up(session, ticket)
        left = [agent for agent in agents if agent.id not in former]
        others = [agent for agent in left if not self._had_it_before(ticket, agent.id)]
        if not left:
            return None
        self._ownership.assign_by_rule(session, ticket, (others or left)[0].id)
        return number

    def _candidates(self, session: Session) -> list[_Candidate]:
        """Return the agents at work who are below the limit, the next one first."""
        now = self._clock()
        held = and_(Ticket.assignee_id == Agent.id, is_held(now), *queue.needs_agent(now))
        load = func.count(Ticket.id)
        here = select(Agent.id, load, Agent.assigned_at).join(Ticket, held, isouter=True).where(at_work(now))
        rows = session.execute(here.group_by(Agent.id))
        found = [_Candidate(agent_id, count, at) for agent_id, count, at in rows]
        below = [agent for agent in found if self._limit is None or agent.load < self._limit]
        return sorted(below, key=lambda agent: (agent.load, agent.since.timestamp() if agent.since else 0, agent.id))

    def _wanted(self, agents: Sequence[_Candidate]) -> Select[int]:
        """Select the most urgent free ticket that one of the agents may be given."""
        former = (
            select(func.count(distinct(Message.agent_id)))
            .where(
                Message.ticket_id == Ticket.id,
                Message.agent_id.in_([agent.id for agent in agents]),
                *_parted(),
            )
            .scalar_subquery()
        )
        return (
            select(Ticket.id)
            .where(*queue.needs_agent(self._clock()), Ticket.assignee_id.is_(None), former < len(agents))
            .order_by(Ticket.due_at, Ticket.id)
            .limit(1)
        )

    def _had_it_before(self, ticket: Ticket, agent_id: int) -> bool:
        recently = ticket.reopened_at is not None and ticket.reopened_at > self._clock() - queue.FOR_ANOTHER
        return recently and ticket.previous_assignee_id == agent_id


def _parted() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an event by which an agent gave a ticket up since it was opened, or reopened."""
    return (
        Message.kind.in_(words(MessageKind.EVENT)),
        Message.text.in_(_GAVE_UP),
        Message.at >= func.coalesce(Ticket.reopened_at, Ticket.opened_at),
    )


def _gave_up(session: Session, ticket: Ticket) -> frozenset[int]:
    wanted = select(Message.agent_id).join(Ticket, Ticket.id == Message.ticket_id)
    found = session.scalars(wanted.where(Message.ticket_id == ticket.id, *_parted()))
    return frozenset(agent_id for agent_id in found if agent_id is not None)


class Assigner:
    """Assigns what is free whenever something changes at the desk; any number of processes may run one."""

    def __init__(self, db: Database, bus: Bus, assignment: Assignment) -> None:
        self._db = db
        self._bus = bus
        self._assignment = assignment

    async def run(self) -> None:
        """Run until cancelled."""
        notices = Notices(log, "automatic assignment")
        with self._bus.subscribe("desk") as notes:
            while True:
                try:
                    await self.look()
                except Exception as error:  # noqa: BLE001 - a database that is away comes back
                    notices.note_failure(error)
                else:
                    notices.note_success()
                await asyncio.sleep(_GAP)
                await notes.next(LOOK_EVERY)

    async def look(self) -> None:
        """Assign everything that can be assigned now, each question in a transaction of its own."""
        while await self._db.read(self._assignment.is_due):
            if await self._db.write(self._assignment.assign_next) is None:
                return  # another process was quicker
