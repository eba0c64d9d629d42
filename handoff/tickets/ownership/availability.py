"""Availability of agents: who is here, and who is away."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from handoff.models import Agent, AgentSession
from handoff.tickets.queue import AT_THE_DESK
from infra.clock import Clock

GONE = timedelta(hours=8)
"""An agent whose browsers were not at the desk for this long is absent."""


class Availability:
    """Agents' own word on whether they are at work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def set_away(self, session: Session, agent_id: int, *, away: bool) -> None:
        """Record that the agent is away, or here again."""
        agent = session.get_one(Agent, agent_id, with_for_update=True)
        agent.away_since = (agent.away_since or self._clock()) if away else None


def is_absent(session: Session, agent_id: int, now: datetime) -> bool:
    """Return whether the agent cannot see a new message: disabled, away, or signed out."""
    return session.scalar(select(Agent.id).where(Agent.id == agent_id, absent(now))) is not None


def absent_agents(session: Session, now: datetime) -> frozenset[int]:
    """Return the agents who cannot see a new message."""
    return frozenset(session.scalars(select(Agent.id).where(absent(now))))


def absent(now: datetime) -> ColumnElement[bool]:
    """Return the condition of `is_absent`; a program, which has no password, is never signed out."""
    at_the_desk = exists().where(AgentSession.agent_id == Agent.id, AgentSession.last_seen_at > now - GONE)
    return or_(
        Agent.disabled_at.is_not(None), Agent.away_since.is_not(None), and_(Agent.password_hash != "", ~at_the_desk)
    )


def at_work(now: datetime) -> ColumnElement[bool]:
    """Return the condition that questions may be given to the agent by a rule: a person whose browser is at the desk.

    It is stricter than `~absent`: who closed the desk without a word is not given work.
    """
    at_the_desk = exists().where(AgentSession.agent_id == Agent.id, AgentSession.last_seen_at > now - AT_THE_DESK)
    return and_(Agent.disabled_at.is_(None), Agent.away_since.is_(None), Agent.password_hash != "", at_the_desk)
