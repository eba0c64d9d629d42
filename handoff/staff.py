"""Agents and programs that may work at the desk: passwords, logins and API tokens.

Passwords are kept as argon2id hashes, sessions and tokens as SHA-256 of 256 random bits: what a thief of the database
finds opens nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff.models import Agent, AgentSession, ApiToken, Role
from infra.clock import Clock
from infra.errors import PlainError

PASSWORD_LENGTH = 12
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
# The hash of nobody's password, so that an unknown address costs an attacker the same time as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0BBs9mcFW6jZi9rOjjMYAg$xK2icdhL+I0Pxb3xATVyAjtHRqjXzdhYJQbc/oocufM"


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent without secrets."""

    id: int
    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Login:
    """A session in force: who it is and the token that each of their forms must carry."""

    agent: AgentView
    csrf_token: str
    last_seen_at: datetime


class Staff:
    """Who may do what; each method works within the caller's unit of work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hasher = PasswordHasher()

    def add(self, session: Session, email: str, name: str, role: Role, password: str) -> AgentView:
        """Create an agent.

        Raises:
            PlainError: the address is malformed or taken, the name is empty or the password too short.
        """
        email = email.strip().lower()
        if "@" not in email[1:-1]:
            raise PlainError(f"“{email}” is not an e-mail address.")
        if not name.strip():
            raise PlainError("An agent needs a name: contacts read it with each answer.")
        if len(password) < PASSWORD_LENGTH:
            raise PlainError(f"The password is too short: give at least {PASSWORD_LENGTH} characters.")
        if session.scalar(select(Agent.id).where(Agent.email == email)):
            raise PlainError(f"There is an agent with the address {email} already.")
        return self._create(session, email, name, role, self._hasher.hash(password))

    def put_demo(self, session: Session, email: str, name: str, password: str) -> AgentView:
        """Give the demo's agent, an admin, this password; create them at `email`, or near it where it is taken."""
        agent = session.scalar(select(Agent).where(Agent.demo))
        if agent is None:
            if session.scalar(select(Agent.id).where(Agent.email == email)):
                email = f"demo-{secrets.token_hex(4)}-{email}"
            created = self.add(session, email, name, Role.ADMIN, password)
            session.execute(update(Agent).where(Agent.id == created.id).values(demo=True))
            return created
        agent.role, agent.password_hash = Role.ADMIN, self._hasher.hash(password)
        return _view(agent)

    def lock_out_demo(self, session: Session) -> None:
        """End the sessions of the demo's agent and let nobody sign in as them."""
        demo = select(Agent.id).where(Agent.demo)
        session.execute(delete(AgentSession).where(AgentSession.agent_id.in_(demo)))
        session.execute(update(Agent).where(Agent.demo).values(password_hash=""))

    def check_password(self, session: Session, email: str, password: str) -> AgentView | None:
        """The agent, if the password is theirs; takes as long for an unknown address."""
        agent = session.scalar(select(Agent).where(Agent.email == email.strip().lower()))
        try:
            self._hasher.verify(agent.password_hash if agent else _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return None
        return _view(agent) if agent else None

    def log_in(self, session: Session, agent_id: int) -> str:
        """Start a session; returns the secret for the cookie."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        session.add(
            AgentSession(
                token_hash=_hash(secret),
                agent_id=agent_id,
                csrf_token=secrets.token_urlsafe(32),
                created_at=now,
                last_seen_at=now,
            )
        )
        return secret

    def login(self, session: Session, secret: str) -> Login | None:
        """Whose session the cookie's secret is; None when it is unknown, idle for 8 hours or 7 days old."""
        now = self._clock()
        row = session.execute(
            select(AgentSession, Agent)
            .join(Agent, Agent.id == AgentSession.agent_id)
            .where(
                AgentSession.token_hash == _hash(secret),
                AgentSession.last_seen_at > now - IDLE,
                AgentSession.created_at > now - ABSOLUTE,
            )
        ).one_or_none()
        return Login(_view(row[1]), row[0].csrf_token, row[0].last_seen_at) if row else None

    def seen(self, session: Session, secret: str) -> None:
        """Keep the session from going idle."""
        row = session.get(AgentSession, _hash(secret))
        if row is not None:
            row.last_seen_at = self._clock()

    def log_out(self, session: Session, secret: str) -> None:
        session.execute(delete(AgentSession).where(AgentSession.token_hash == _hash(secret)))

    def add_token(self, session: Session, name: str, role: Role) -> str:
        """Create an API token and the agent in whose name it acts; returns the token, which is shown only now.

        Raises:
            PlainError: the name is empty or taken.
        """
        name = name.strip()
        email = f"token:{name.lower()}"
        if not name:
            raise PlainError("A token needs a name, so that it can be told from others.")
        if session.scalar(select(Agent.id).where(Agent.email == email)):
            raise PlainError(f"There is a token named {name} already.")
        agent = self._create(session, email, name, role, "")
        token = "fd_" + secrets.token_urlsafe(32)
        session.add(ApiToken(agent_id=agent.id, token_hash=_hash(token), created_at=self._clock()))
        return token

    def token(self, session: Session, token: str) -> AgentView | None:
        """In whose name a request with this token acts."""
        agent = session.scalar(
            select(Agent).join(ApiToken, ApiToken.agent_id == Agent.id).where(ApiToken.token_hash == _hash(token))
        )
        return _view(agent) if agent else None

    def agents(self, session: Session) -> tuple[AgentView, ...]:
        return tuple(_view(agent) for agent in session.scalars(select(Agent).order_by(Agent.name)))

    def people(self, session: Session) -> tuple[AgentView, ...]:
        """Agents who can sign in; those that stand for API tokens cannot."""
        can = select(Agent).where(Agent.password_hash != "").order_by(Agent.name)
        return tuple(_view(agent) for agent in session.scalars(can))

    def _create(self, session: Session, email: str, name: str, role: Role, password_hash: str) -> AgentView:
        agent = Agent(email=email, name=name.strip(), role=role, password_hash=password_hash, created_at=self._clock())
        session.add(agent)
        session.flush()
        return _view(agent)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _view(agent: Agent) -> AgentView:
    return AgentView(agent.id, agent.email, agent.name, agent.role)
