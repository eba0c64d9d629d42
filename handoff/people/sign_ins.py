"""Sessions as their agent sees them, and sign-ins that wait for a second factor."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.models import Agent, AgentSession
from handoff.people.agents import ABSOLUTE, IDLE
from handoff.people.models import SignInStep
from infra.clock import Clock

STEP_VALID = timedelta(minutes=5)
MOST_TRIES = 5
"""Wrong codes after which the password is asked for again."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session in force."""

    key: str
    """The hash of its secret, which gives no access."""
    device: str
    created_at: datetime
    last_seen_at: datetime
    own: bool
    """Whether it is the session that asks."""


@dataclass(frozen=True, slots=True)
class WaitingAgent:
    """The agent whose password was right and whose code is awaited."""

    id: int
    email: str


class SignIns:
    """Each method works within the caller's unit of work. The caller ends open event streams after the commit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._audit = AuditLog(clock)

    def sessions(self, session: Session, agent_id: int, secret: str) -> tuple[SessionView, ...]:
        """List the agent's sessions, the one of `secret` first, then the latest used."""
        now, own = self._clock(), _hash(secret)
        rows = session.scalars(
            select(AgentSession)
            .where(
                AgentSession.agent_id == agent_id,
                AgentSession.last_seen_at > now - IDLE,
                AgentSession.created_at > now - ABSOLUTE,
            )
            .order_by(AgentSession.last_seen_at.desc(), AgentSession.token_hash)
        )
        views = [
            SessionView(row.token_hash, row.device, row.created_at, row.last_seen_at, row.token_hash == own)
            for row in rows
        ]
        return tuple(sorted(views, key=lambda view: not view.own))

    def end(self, session: Session, agent_id: int, key: str) -> int:
        """End one session of the agent; return the number of sessions that ended."""
        return self._end(session, agent_id, AgentSession.token_hash == key)

    def end_others(self, session: Session, agent_id: int, secret: str) -> int:
        """End every session of the agent but the one of `secret`; return their number."""
        return self._end(session, agent_id, AgentSession.token_hash != _hash(secret))

    def _end(self, session: Session, agent_id: int, which: ColumnElement[bool]) -> int:
        ended = session.execute(delete(AgentSession).where(AgentSession.agent_id == agent_id, which))
        number = int(ended.rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows
        if number:
            by, subject = Actor(agent_id, Origin.DESK), Subject(Concern.AGENT, agent_id)
            self._audit.record(session, by, AuditAction.SIGNED_OUT, subject, sessions=number)
        return number

    # --- between the password and the code

    def begin_step(self, session: Session, agent_id: int) -> str:
        """Remember that the password was right; return the secret for the cookie."""
        now, secret = self._clock(), secrets.token_urlsafe(32)
        session.execute(
            delete(SignInStep).where(SignInStep.agent_id == agent_id, SignInStep.started_at <= now - STEP_VALID)
        )
        session.add(SignInStep(token_hash=_hash(secret), agent_id=agent_id, tries=0, started_at=now))
        return secret

    def waiting(self, session: Session, secret: str) -> WaitingAgent | None:
        """Return the agent of a step; None if it is unknown, 5 minutes old or used up."""
        agent = session.scalar(
            select(Agent)
            .join(SignInStep, SignInStep.agent_id == Agent.id)
            .where(
                SignInStep.token_hash == _hash(secret),
                SignInStep.started_at > self._clock() - STEP_VALID,
                SignInStep.tries < MOST_TRIES,
                Agent.disabled_at.is_(None),
            )
        )
        return WaitingAgent(agent.id, agent.email) if agent else None

    def count_try(self, session: Session, secret: str) -> None:
        """Count a wrong code."""
        step = update(SignInStep).where(SignInStep.token_hash == _hash(secret))
        session.execute(step.values(tries=SignInStep.tries + 1))

    def finish_step(self, session: Session, secret: str) -> None:
        """Forget a step whose code was right."""
        session.execute(delete(SignInStep).where(SignInStep.token_hash == _hash(secret)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
