"""Tables of pings, of what each agent wants of them, and of the accounts that receive them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, word_of


class PingKind(StrEnum):
    """What an agent is pinged about."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    OVERDUE = "overdue"
    MENTIONED = "mentioned"


class Ping(Base):
    """One ping of one agent. The open pages of the desk read these rows; a messenger gets a message of its own."""

    __tablename__ = "ping"
    __table_args__ = (
        UniqueConstraint("agent_id", "kind", "reference"),
        Index("ix_ping_agent_id_id", "agent_id", "id"),
        Index("ix_ping_reference", "reference", sqlite_where=text("agent_id IS NULL"),
              postgresql_where=text("agent_id IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """None in the row that marks a promise as processed."""
    kind: Mapped[PingKind] = mapped_column(word_of(PingKind))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    reference: Mapped[str] = mapped_column(String(40))
    """What happened, so that it is reported to an agent once."""
    at: Mapped[datetime]


class PingSettings(Base):
    """What an agent chose; without a row, the defaults of `settings.PingChoice`."""

    __tablename__ = "ping_settings"

    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agent.id"), primary_key=True)
    opened: Mapped[bool]
    assigned: Mapped[bool]
    overdue: Mapped[bool]
    sound: Mapped[bool]
    browser: Mapped[bool]
    messenger: Mapped[bool]
    quiet_from: Mapped[int | None] = mapped_column(Integer)
    quiet_until: Mapped[int | None] = mapped_column(Integer)
    """Minutes of the local day between which the agent is not pinged."""
    zone: Mapped[str] = mapped_column(String(64))
    """Time zone of the quiet hours; empty without any."""


class AgentAccount(Base):
    """An agent's own account at a platform, which receives pings. Nothing that it writes is a question."""

    __tablename__ = "agent_account"

    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contact.id"), primary_key=True)
    """The row of its address."""
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    linked_at: Mapped[datetime]


class AccountToken(Base):
    """The token of a link by which an agent links an account; each agent has one at most. Only its hash is kept."""

    __tablename__ = "account_token"

    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agent.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
