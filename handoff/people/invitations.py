"""Links by which agents set their password: an invitation for a new one, a new start for one who lost it.

A link is valid once, for 48 hours, and until the next one is created for the same agent. Only its hash is stored. It
does not sign in, so a second factor stays required.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.models import Agent
from handoff.people.access import Team
from handoff.people.agents import NO_NAME, AgentProfile, Staff
from handoff.people.errors import AccessError
from handoff.people.models import AgentLink
from infra.clock import Clock
from infra.wording import mark

VALID = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Invited:
    """The agent whom a link is for."""

    agent_id: int
    email: str
    name: str


class Invitations:
    """Creation and use of the links; each method works within the caller's unit of work."""

    def __init__(self, staff: Staff, team: Team, clock: Clock) -> None:
        self._staff = staff
        self._team = team
        self._clock = clock
        self._audit = AuditLog(clock)

    def invite(self, session: Session, profile: AgentProfile, by: Actor) -> tuple[int, str]:
        """Create an agent without a password; return their id and the secret of their link.

        Raises AccessError as `Staff.add` does.
        """
        agent = self._staff.add(session, profile, "", by)
        return agent.id, self.renew(session, agent.id, by)

    def renew(self, session: Session, agent_id: int, by: Actor) -> str:
        """Create a link for an agent; return its secret. A password that they have stays valid until the link is used.

        Raises:
            UnknownAgentError: there is no such agent.
            AccessError: they are disabled.
        """
        member = self._team.member(session, agent_id)
        if not member.enabled:
            raise AccessError(mark("{name} is disabled: enable them first."), name=member.name)
        session.execute(delete(AgentLink).where(AgentLink.agent_id == agent_id))
        secret, now = secrets.token_urlsafe(32), self._clock()
        session.add(AgentLink(agent_id=agent_id, token_hash=_hash(secret), expires_at=now + VALID))
        self._audit.record(session, by, AuditAction.LINK_CREATED, Subject(Concern.AGENT, agent_id))
        return secret

    def revoke(self, session: Session, agent_id: int, by: Actor) -> bool:
        """End an agent's link; return False if none is in force. A password that they have stays valid.

        Raises UnknownAgentError.
        """
        if self._team.member(session, agent_id).link_until is None:
            return False
        session.execute(delete(AgentLink).where(AgentLink.agent_id == agent_id))
        self._audit.record(session, by, AuditAction.LINK_REVOKED, Subject(Concern.AGENT, agent_id))
        return True

    def open(self, session: Session, secret: str) -> Invited | None:
        """Return the agent of a valid link; None for any other."""
        agent = session.scalar(
            select(Agent)
            .join(AgentLink, AgentLink.agent_id == Agent.id)
            .where(
                AgentLink.token_hash == _hash(secret),
                AgentLink.expires_at > self._clock(),
                Agent.disabled_at.is_(None),
            )
        )
        return Invited(agent.id, agent.email, agent.name) if agent else None

    def accept(self, session: Session, secret: str, name: str, password_hash: str) -> bool:
        """Set the agent's name and password, a hash of `Staff.hash_new`; the link ends, and so do their sessions.

        Returns False, with nothing changed, if the link is not valid any more. Raises AccessError without a name.
        """
        invited = self.open(session, secret)
        if invited is None:
            return False
        if not name.strip():
            raise AccessError(NO_NAME)
        agent = session.get_one(Agent, invited.agent_id, with_for_update=True, populate_existing=True)
        # Of two uses at once, the second one finds the link gone.
        used = session.execute(delete(AgentLink).where(AgentLink.token_hash == _hash(secret)))
        if not used.rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
            return False
        agent.name = name.strip()
        by = Actor(agent.id, Origin.DESK)
        self._team.replace_password(session, agent.id, password_hash)
        self._audit.record(session, by, AuditAction.LINK_USED, Subject(Concern.AGENT, agent.id))
        return True


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
