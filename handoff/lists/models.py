"""Tables of unread marks and saved views."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId


class TicketSeen(Base):
    """What an agent has seen of a ticket: the last line of its thread when they looked at it."""

    __tablename__ = "ticket_seen"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigId)
    """Id of that line; later lines are new. Lines may be erased, so it refers to no row."""


class SavedView(Base):
    """A list of the queue under a name: an agent's own, or one that all share."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    """The only agent who sees it; None for a shared one."""
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    """The filters as the query of the desk's address, with its question mark."""
    created_at: Mapped[datetime]
