"""Access of agents and programs: changes and withdrawals apply at once, to sessions, event streams and tokens.

A disabled agent stays in the records of what they wrote; the questions that they held go back to the queue.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.models import Agent, AgentSession, Role
from handoff.people.agents import ABSOLUTE, IDLE
from handoff.people.errors import AccessError
from handoff.people.models import AgentDevice, AgentLink, AgentTotp, ApiToken, SignInStep
from handoff.people.second_factor import SecondFactor
from handoff.tickets.pings.accounts import AgentAccounts
from handoff.tickets.service import Desk
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.errors import PlainError
from infra.wording import mark

SESSIONS = "sessions"
"""Bus topic: some sessions have ended."""


LAST_ADMIN = mark("{name} is the last admin who can sign in: make somebody else an admin first.")


class UnknownAgentError(PlainError):
    """There is no such agent or token."""


class LastAdminError(AccessError):
    """No admin who can sign in would be left."""


@dataclass(frozen=True, slots=True)
class Member:
    """An agent as admins see them."""

    id: int
    email: str
    name: str
    role: Role
    enabled: bool
    has_password: bool
    created_at: datetime
    link_until: datetime | None
    """Until when a link is valid by which they set their password; None if there is none."""
    sessions: int
    """Number of sessions that are in force."""
    second_factor: bool
    """Whether signing in takes a code."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token in force, without its secret."""

    id: int
    name: str
    role: Role
    agent_id: int
    """The agent in whose name it acts."""
    created_at: datetime


class Team:
    """Changes of access; each method works within the caller's unit of work and is idempotent.

    Each change is recorded in the audit log as done `by` somebody.
    """

    def __init__(self, desk: Desk, bus: Bus, clock: Clock) -> None:
        self._desk = desk
        self._bus = bus
        self._clock = clock
        self._audit = AuditLog(clock)
        self._factor = SecondFactor(clock)

    def members(self, session: Session) -> tuple[Member, ...]:
        """List everybody who may have a password, by name; programs are listed by `tokens`."""
        return tuple(map(_member, session.execute(self._members().order_by(Agent.name, Agent.id))))

    def member(self, session: Session, agent_id: int) -> Member:
        """Return the agent. Raises UnknownAgentError."""
        found = session.execute(self._members().where(Agent.id == agent_id)).one_or_none()
        if found is None:
            raise _unknown(agent_id)
        return _member(found)

    def member_at(self, session: Session, email: str) -> Member:
        """Return the agent with this address. Raises UnknownAgentError."""
        email = email.strip().lower()
        agent_id = session.scalar(select(Agent.id).where(Agent.email == email, ~_is_program()))
        if agent_id is None:
            raise UnknownAgentError(f"There is no agent with the address {email}: `frontdesk agent list` shows all.")
        return self.member(session, agent_id)

    def disable(self, session: Session, agent_id: int, by: Actor) -> int:
        """End the agent's access, release what they hold and unlink their accounts; return the number of questions.

        Raises:
            UnknownAgentError: there is no such agent.
            LastAdminError: they are the last admin who can sign in.
        """
        self._keep_an_admin(session, agent_id)
        agent = self._person(session, agent_id)
        self._end_sessions(session, agent_id)
        released = self._desk.ownership.release_all(session, agent_id)
        if agent.disabled_at is None:
            agent.disabled_at = self._clock()
            session.execute(delete(AgentLink).where(AgentLink.agent_id == agent_id))
            AgentAccounts(self._clock).unlink_all(session, agent_id)
            self._record(session, by, AuditAction.AGENT_DISABLED, agent_id, released=released)
        return released

    def enable(self, session: Session, agent_id: int, by: Actor) -> None:
        """Let a disabled agent sign in again, with their previous password. Raises UnknownAgentError."""
        agent = self._person(session, agent_id)
        if agent.disabled_at is not None:
            agent.disabled_at = None
            self._record(session, by, AuditAction.AGENT_ENABLED, agent_id)

    def set_role(self, session: Session, agent_id: int, role: Role, by: Actor) -> None:
        """Change the agent's role, effective from their next request. Raises as `disable` does."""
        if role is not Role.ADMIN:
            self._keep_an_admin(session, agent_id)
        agent = self._person(session, agent_id)
        if agent.role is not role:
            self._record(session, by, AuditAction.ROLE_CHANGED, agent_id, before=agent.role.value, role=role.value)
            agent.role = role

    def set_password(self, session: Session, agent_id: int, password_hash: str, by: Actor) -> None:
        """Set the agent's password, a hash of `Staff.hash_new`; all their sessions end.

        Raises UnknownAgentError.
        """
        self.replace_password(session, agent_id, password_hash)
        self._record(session, by, AuditAction.PASSWORD_SET, agent_id)

    def replace_password(self, session: Session, agent_id: int, password_hash: str) -> None:
        """Set a password as `set_password` does, for a caller that records it; a link to set one ends, too."""
        self._person(session, agent_id).password_hash = password_hash
        session.execute(delete(AgentLink).where(AgentLink.agent_id == agent_id))
        self._end_sessions(session, agent_id)

    def sign_out(self, session: Session, agent_id: int, by: Actor) -> int:
        """End every session of the agent and forget their devices; return the number of sessions.

        Raises UnknownAgentError.
        """
        self._person(session, agent_id)
        ended = self._end_sessions(session, agent_id)
        self._record(session, by, AuditAction.SIGNED_OUT, agent_id, sessions=ended)
        return ended

    def switch_off_factor(self, session: Session, agent_id: int, by: Actor) -> None:
        """Switch off the second factor of an agent who lost it; all their sessions end. Raises UnknownAgentError."""
        self._person(session, agent_id)
        self._factor.switch_off(session, agent_id, by)
        self._end_sessions(session, agent_id)

    def tokens(self, session: Session) -> tuple[TokenView, ...]:
        """List the tokens in force, by name."""
        rows = session.execute(
            select(ApiToken, Agent)
            .join(Agent, Agent.id == ApiToken.agent_id)
            .where(ApiToken.revoked_at.is_(None))
            .order_by(Agent.name, ApiToken.id)
        )
        return tuple(TokenView(t.id, agent.name, agent.role, agent.id, t.created_at) for t, agent in rows)

    def token(self, session: Session, token_id: int) -> TokenView:
        """Return the token. Raises UnknownAgentError if it is not in force."""
        for token in self.tokens(session):
            if token.id == token_id:
                return token
        raise UnknownAgentError("There is no such token: `frontdesk token list` shows all.")

    def token_names(self, session: Session) -> dict[int, str]:
        """Return the name of every token by its id, revoked ones included."""
        rows = session.execute(select(ApiToken.id, Agent.name).join(Agent, Agent.id == ApiToken.agent_id))
        return {row.id: row.name for row in rows}

    def revoke_token(self, session: Session, token_id: int, by: Actor) -> int:
        """Revoke a token; return the number of questions that its program held and that go back to the queue.

        Raises:
            UnknownAgentError: there is no such token in force.
        """
        token = session.get(ApiToken, token_id, with_for_update=True)
        if token is None or token.revoked_at is not None:
            raise UnknownAgentError("There is no such token: `frontdesk token list` shows all.")
        token.revoked_at = self._clock()
        released = self._desk.ownership.release_all(session, token.agent_id)
        subject = Subject(Concern.TOKEN, token_id)
        self._audit.record(session, by, AuditAction.TOKEN_REVOKED, subject, released=released)
        return released

    def token_named(self, session: Session, name: str) -> int:
        """Return the id of the token in force with this name, ignoring case. Raises UnknownAgentError."""
        wanted = name.strip().lower()
        for token in self.tokens(session):
            if token.name.lower() == wanted:
                return token.id
        raise UnknownAgentError(f"There is no token named {name.strip()}: `frontdesk token list` shows all.")

    def _members(self) -> Select[Agent, datetime | None, int, bool]:
        now = self._clock()
        link = select(AgentLink.expires_at).where(AgentLink.agent_id == Agent.id, AgentLink.expires_at > now)
        sessions = select(func.count()).where(
            AgentSession.agent_id == Agent.id,
            AgentSession.last_seen_at > now - IDLE,
            AgentSession.created_at > now - ABSOLUTE,
        )
        factor = exists().where(AgentTotp.agent_id == Agent.id, AgentTotp.enabled_at.is_not(None))
        return select(Agent, link.scalar_subquery(), sessions.scalar_subquery(), factor).where(~_is_program())

    def _person(self, session: Session, agent_id: int) -> Agent:
        agent = session.scalar(
            select(Agent)
            .where(Agent.id == agent_id, ~_is_program())
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if agent is None:
            raise _unknown(agent_id)
        return agent

    def _keep_an_admin(self, session: Session, agent_id: int) -> None:
        # Locked, in one order, so that two admins cannot disable each other at the same moment.
        admins = session.execute(
            select(Agent.id, Agent.name)
            .where(Agent.role == Role.ADMIN, Agent.disabled_at.is_(None), Agent.password_hash != "")
            .order_by(Agent.id)
            .with_for_update()
        ).all()
        if [admin.id for admin in admins] == [agent_id]:
            name = admins[0].name
            raise LastAdminError(LAST_ADMIN, name=name)

    def _record(self, session: Session, by: Actor, action: AuditAction, agent_id: int, **details: str | int) -> None:
        self._audit.record(session, by, action, Subject(Concern.AGENT, agent_id), **details)

    def _end_sessions(self, session: Session, agent_id: int) -> int:
        ended = session.execute(delete(AgentSession).where(AgentSession.agent_id == agent_id)).rowcount  # type: ignore[attr-defined]
        session.execute(delete(AgentDevice).where(AgentDevice.agent_id == agent_id))
        session.execute(delete(SignInStep).where(SignInStep.agent_id == agent_id))
        after_commit(session, lambda: self._bus.publish(SESSIONS))
        return int(ended)


def _unknown(agent_id: int) -> UnknownAgentError:
    return UnknownAgentError(f"There is no agent {agent_id}.")


def _is_program() -> ColumnElement[bool]:
    return exists().where(ApiToken.agent_id == Agent.id)


def _member(row: Row[Agent, datetime | None, int, bool]) -> Member:
    agent, link_until, sessions, second_factor = row
    return Member(
        agent.id,
        agent.email,
        agent.name,
        agent.role,
        agent.disabled_at is None,
        bool(agent.password_hash),
        agent.created_at,
        link_until,
        sessions,
        second_factor,
    )
