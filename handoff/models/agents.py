"""Tables of agents and their sign-ins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, word_of


class Role(StrEnum):
    """Permissions of an agent; each role includes the one before it."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


class Agent(Base):
    """A person who answers from the desk."""

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(word_of(Role))
    password_hash: Mapped[str] = mapped_column(Text)
    demo: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The agent of the demo, who never signs in at a real deployment."""
    language: Mapped[str | None] = mapped_column(String(8))
    """Language of the desk that the agent chose; None for the browser's."""
    disabled_at: Mapped[datetime | None]
    """Since when the agent has no access; None for one who has."""
    away_since: Mapped[datetime | None]
    """Since when the agent is away by their own word; None for one who is here."""
    assigned_at: Mapped[datetime | None]
    """When a question was last assigned to them automatically."""
    picture: Mapped[str | None] = mapped_column(String(64))
    """Key of their picture in the file store; None for initials."""
    created_at: Mapped[datetime]


class AgentSession(Base):
    """A login. The cookie holds a secret; the row holds its hash."""

    __tablename__ = "agent_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    """Browser and system in words, as `handoff/dashboard/sessions/devices.py` reads them."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
