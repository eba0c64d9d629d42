"""Table of mentions."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId


class Mention(Base):
    """An agent who is named in a note."""

    __tablename__ = "mention"
    __table_args__ = (Index("ix_mention_agent", "agent_id", "message_id"),)

    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("message.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(BigId, ForeignKey("agent.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    """The contact of the ticket: with them, the row is erased."""
