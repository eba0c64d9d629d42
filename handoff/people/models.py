"""Tables of credentials other than passwords. Only the hash of each secret is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId


class PrivateLink(Base):
    """The link by which a visitor of the web chat returns (handoff/people/private_links.py)."""

    __tablename__ = "private_link"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column(String(128))
    """The visitor's secret, which the link unseals, in hexadecimal digits."""
    last_used_at: Mapped[datetime]


class AgentDevice(Base):
    """A browser in which an agent signed in. Its cookie holds a secret; the row holds the secret's hash."""

    __tablename__ = "agent_device"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, index=True)
    last_used_at: Mapped[datetime]


class AgentLink(Base):
    """The link by which an agent sets their password (handoff/people/invitations.py). An agent has one at most."""

    __tablename__ = "agent_link"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class AgentTotp(Base):
    """The second factor of an agent (handoff/people/second_factor.py)."""

    __tablename__ = "agent_totp"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(32))
    """In base 32. Codes are computed from it, so it cannot be stored as a hash."""
    enabled_at: Mapped[datetime | None]
    """None while the agent has not confirmed it by a code."""
    last_step: Mapped[int] = mapped_column(BigId)
    """The latest step whose code was used: it and earlier ones are refused."""


class RecoveryCode(Base):
    """An unused code that replaces a lost second factor once."""

    __tablename__ = "recovery_code"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class SignInStep(Base):
    """A sign-in whose password was right and whose second factor is awaited. The cookie holds a secret."""

    __tablename__ = "sign_in_step"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    tries: Mapped[int]
    started_at: Mapped[datetime]


class ApiToken(Base):
    """A program's access to the REST interface, in the name of an agent of its own. Only the hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
