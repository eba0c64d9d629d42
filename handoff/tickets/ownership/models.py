"""Tables of handing over."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId


class HandOverRequest(Base):
    """An agent's request for a ticket that a colleague holds; deleted with the holder's ownership."""

    __tablename__ = "hand_over_request"

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agent.id"), primary_key=True)
    """The agent who asks."""
    asked_at: Mapped[datetime]
    declined_at: Mapped[datetime | None]


class Handover(Base):
    """The addressee of a note that was written with a transfer."""

    __tablename__ = "handover"

    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("message.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    """The contact of the ticket: with them, the row is erased."""
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    """The agent to whom the ticket was handed."""
