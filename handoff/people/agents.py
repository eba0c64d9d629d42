"""Agents and programs that may work at the desk: passwords, logins and API tokens.

Passwords are kept as argon2id hashes, sessions and tokens as SHA-256 of 256 random bits: a copy of the database gives
no access.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.models import Agent, AgentSession, Role
from handoff.people.errors import AccessError
from handoff.people.models import AgentDevice, AgentLink, ApiToken, SignInStep
from handoff.people.password_rules import password_problem
from handoff.people.passwords import Passwords
from infra.clock import Clock
from infra.errors import PlainError
from infra.wording import mark

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=7)
NO_NAME = mark("An agent needs a name: contacts read it with each answer.")
DEVICE = timedelta(days=365)
"""How long a device is known after the last sign-in."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent without secrets."""

    id: int
    email: str
    name: str
    role: Role
    language: str | None = None
    """Language of the desk that they chose; None for the browser's."""
    away: bool = False
    """Away by their own word."""
    picture: str | None = None
    """Key of their picture in the file store; None for initials."""


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """A person who is to work at the desk."""

    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Login:
    """A session in force: its agent and the token that each of their forms must carry."""

    agent: AgentView
    csrf_token: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """Data to check a password against; without an agent and with an empty hash for an unknown address."""

    agent: AgentView | None = None
    password_hash: str = ""


class Staff:
    """Authentication of agents and programs; each method with a session works within the caller's unit of work."""

    def __init__(self, clock: Clock, passwords: Passwords | None = None) -> None:
        self._clock = clock
        self.passwords = passwords or Passwords()
        self._audit = AuditLog(clock)

    async def hash_new(self, password: str, about: Sequence[str] = ()) -> str:
        """Hash a password that is to be set. Do this before the unit of work that keeps it: it takes long.

        `about` are the agent's e-mail address and name, which the password must not be made of.

        Raises:
            PlainError: the password may not be set (handoff/people/password_rules.py), or too many others wait.
        """
        if problem := await asyncio.to_thread(password_problem, password, about):
            raise PlainError(problem)
        return await self.passwords.hash(password)

    def add(self, session: Session, profile: AgentProfile, password_hash: str, by: Actor) -> AgentView:
        """Create an agent with a hash of `hash_new`, and record it in the audit log.

        Raises:
            AccessError: the address is malformed or taken, or the name is empty.
        """
        view = self._create_person(session, profile, password_hash)
        self._audit.record(
            session, by, AuditAction.AGENT_ADDED, Subject(Concern.AGENT, view.id), role=profile.role.value
        )
        return view

    def put_demo(self, session: Session, email: str, name: str, password_hash: str) -> AgentView:
        """Set a password for the demo's agent, an admin; create them at `email`, or a variant of it if it is taken."""
        agent = session.scalar(select(Agent).where(Agent.demo))
        if agent is None:
            if session.scalar(select(Agent.id).where(Agent.email == email)):
                email = f"demo-{secrets.token_hex(4)}-{email}"
            created = self._create_person(session, AgentProfile(email, name, Role.ADMIN), password_hash)
            session.execute(update(Agent).where(Agent.id == created.id).values(demo=True))
            return created
        agent.role, agent.password_hash, agent.disabled_at = Role.ADMIN, password_hash, None
        return _view(agent)

    def lock_out_demo(self, session: Session) -> None:
        """End the sessions of the demo's agent and disable signing in as them."""
        demo = select(Agent.id).where(Agent.demo)
        session.execute(delete(AgentSession).where(AgentSession.agent_id.in_(demo)))
        session.execute(update(Agent).where(Agent.demo).values(password_hash=""))

    def credentials(self, session: Session, email: str) -> Credentials:
        """Return the agent whose password `Passwords.verify` has to check."""
        agent = session.scalar(
            select(Agent).where(
                Agent.email == email.strip().lower(), Agent.password_hash != "", Agent.disabled_at.is_(None)
            )
        )
        return Credentials(_view(agent), agent.password_hash) if agent else Credentials()

    def knows_device(self, session: Session, email: str, secret: str) -> bool:
        """Decide whether the agent with this address signed in on this device within a year."""
        known = (
            select(AgentDevice.agent_id)
            .join(Agent, Agent.id == AgentDevice.agent_id)
            .where(
                AgentDevice.token_hash == _hash(secret),
                AgentDevice.last_used_at > self._clock() - DEVICE,
                Agent.email == email.strip().lower(),
            )
        )
        return session.scalar(known) is not None

    def remember_device(self, session: Session, agent_id: int, secret: str) -> str:
        """Remember the device from now on; return the secret for its cookie, a new one unless the given one is ours."""
        now, known = self._clock(), select(AgentDevice.agent_id).where(AgentDevice.token_hash == _hash(secret))
        session.execute(
            delete(AgentDevice).where(AgentDevice.agent_id == agent_id, AgentDevice.last_used_at <= now - DEVICE)
        )
        if session.scalar(known.limit(1)) is None:
            secret = secrets.token_urlsafe(32)
        session.merge(AgentDevice(token_hash=_hash(secret), agent_id=agent_id, last_used_at=now))
        return secret

    def log_in(self, session: Session, agent_id: int, device: str = "") -> str:
        """Start a session on a device named in words; return the secret for the cookie."""
        secret, now = secrets.token_urlsafe(32), self._clock()
        session.add(
            AgentSession(
                token_hash=_hash(secret),
                agent_id=agent_id,
                csrf_token=secrets.token_urlsafe(32),
                device=device,
                created_at=now,
                last_seen_at=now,
            )
        )
        return secret

    def login(self, session: Session, secret: str) -> Login | None:
        """Return the session of the cookie's secret; None if it is unknown, idle for 8 hours or 7 days old."""
        now = self._clock()
        row = session.execute(
            select(AgentSession, Agent)
            .join(Agent, Agent.id == AgentSession.agent_id)
            .where(
                AgentSession.token_hash == _hash(secret),
                AgentSession.last_seen_at > now - IDLE,
                AgentSession.created_at > now - ABSOLUTE,
                Agent.disabled_at.is_(None),
            )
        ).one_or_none()
        return Login(_view(row[1]), row[0].csrf_token, row[0].last_seen_at) if row else None

    def keep_alive(self, session: Session, secret: str) -> None:
        """Keep the session from going idle."""
        row = session.get(AgentSession, _hash(secret))
        if row is not None:
            row.last_seen_at = self._clock()

    def log_out(self, session: Session, secret: str) -> None:
        session.execute(delete(AgentSession).where(AgentSession.token_hash == _hash(secret)))

    def change_profile(self, session: Session, agent_id: int, name: str, language: str | None) -> None:
        """Set the agent's name, as contacts see it, and the language of their desk; None for the browser's.

        Recorded in the audit log if the name changes. Raises AccessError without a name.
        """
        name = name.strip()
        if not name:
            raise AccessError(NO_NAME)
        agent = session.get_one(Agent, agent_id, with_for_update=True, populate_existing=True)
        if agent.name != name:
            agent.name = name
            by = Actor(agent_id, Origin.DESK)
            self._audit.record(session, by, AuditAction.PROFILE_CHANGED, Subject(Concern.AGENT, agent_id))
        agent.language = language

    def change_picture(self, session: Session, agent_id: int, key: str | None) -> None:
        """Set the agent's picture, which colleagues see; None removes it."""
        session.get_one(Agent, agent_id).picture = key

    def replace_hash(self, session: Session, agent_id: int, password_hash: str) -> None:
        """Keep a hash of the same password at another cost; sessions stay."""
        session.execute(update(Agent).where(Agent.id == agent_id).values(password_hash=password_hash))

    def change_password(self, session: Session, known: Credentials, password_hash: str, secret: str) -> bool:
        """Set the agent's password, a hash of `hash_new`; all their sessions except the one of `secret` end.

        Recorded in the audit log. Returns False, with nothing changed, if `known` is no longer the agent's password
        hash.
        """
        number = known.agent.id if known.agent else 0
        agent = session.get(Agent, number, with_for_update=True, populate_existing=True)
        if agent is None or agent.disabled_at is not None or agent.password_hash != known.password_hash:
            return False
        agent.password_hash = password_hash
        session.execute(
            delete(AgentSession).where(AgentSession.agent_id == agent.id, AgentSession.token_hash != _hash(secret))
        )
        session.execute(delete(AgentDevice).where(AgentDevice.agent_id == agent.id))
        session.execute(delete(AgentLink).where(AgentLink.agent_id == agent.id))
        session.execute(delete(SignInStep).where(SignInStep.agent_id == agent.id))
        by = Actor(agent.id, Origin.DESK)
        self._audit.record(session, by, AuditAction.PASSWORD_CHANGED, Subject(Concern.AGENT, agent.id))
        return True

    def add_token(self, session: Session, name: str, role: Role, by: Actor) -> str:
        """Create an API token and the agent in whose name it acts; return the token, which is shown only now.

        Recorded in the audit log.

        A name whose tokens are all revoked may be used again; it acts in the name of the same agent then.

        Raises:
            AccessError: the name is empty or taken.
        """
        name = name.strip()
        email = f"token:{name.lower()}"
        if not name:
            raise AccessError(mark("A token needs a name that identifies it."))
        known = session.scalar(select(Agent).where(Agent.email == email))
        if known is None:
            agent_id = self._create(session, email, name, role, "").id
        elif session.scalar(
            select(ApiToken.id).where(ApiToken.agent_id == known.id, ApiToken.revoked_at.is_(None)).limit(1)
        ):
            raise AccessError(mark("There is a token named {name} already."), name=name)
        else:
            agent_id, known.role = known.id, role
        token = "fd_" + secrets.token_urlsafe(32)
        row = ApiToken(agent_id=agent_id, token_hash=_hash(token), created_at=self._clock())
        session.add(row)
        session.flush()
        self._audit.record(session, by, AuditAction.TOKEN_ADDED, Subject(Concern.TOKEN, row.id), role=role.value)
        return token

    def token(self, session: Session, token: str) -> AgentView | None:
        """Return the agent in whose name a request with this token acts."""
        agent = session.scalar(
            select(Agent)
            .join(ApiToken, ApiToken.agent_id == Agent.id)
            .where(ApiToken.token_hash == _hash(token), ApiToken.revoked_at.is_(None), Agent.disabled_at.is_(None))
        )
        return _view(agent) if agent else None

    def agents(self, session: Session) -> tuple[AgentView, ...]:
        return tuple(_view(agent) for agent in session.scalars(select(Agent).order_by(Agent.name)))

    def people(self, session: Session) -> tuple[AgentView, ...]:
        """Return agents who can sign in; disabled ones and those of API tokens cannot."""
        can = select(Agent).where(Agent.password_hash != "", Agent.disabled_at.is_(None)).order_by(Agent.name)
        return tuple(_view(agent) for agent in session.scalars(can))

    def _create_person(self, session: Session, profile: AgentProfile, password_hash: str) -> AgentView:
        email = profile.email.strip().lower()
        if "@" not in email[1:-1]:
            raise AccessError(mark("“{email}” is not an e-mail address."), email=email)
        if not profile.name.strip():
            raise AccessError(NO_NAME)
        if session.scalar(select(Agent.id).where(Agent.email == email)):
            raise AccessError(mark("There is an agent with the address {email} already."), email=email)
        return self._create(session, email, profile.name, profile.role, password_hash)

    def _create(self, session: Session, email: str, name: str, role: Role, password_hash: str) -> AgentView:
        agent = Agent(email=email, name=name.strip(), role=role, password_hash=password_hash, created_at=self._clock())
        session.add(agent)
        session.flush()
        return _view(agent)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _view(agent: Agent) -> AgentView:
    away = agent.away_since is not None
    return AgentView(agent.id, agent.email, agent.name, agent.role, agent.language, away, agent.picture)
