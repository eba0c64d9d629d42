"""Tables of tags: words of the team's own by which tickets are found."""

import unicodedata

from sqlalchemy import ForeignKey, Index, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId
from infra.storage.storable import storable_text


class Tag(Base):
    """A tag that at least one ticket has."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    """As it was first written."""
    key: Mapped[str] = mapped_column(Text, unique=True)
    """The same for all spellings of the name (`tag_key`)."""


class TicketTag(Base):
    """A tag of a ticket."""

    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ix_ticket_tag_tag", "tag_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(BigId, ForeignKey("tag.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    """The contact of the ticket: with them, the row is erased."""


def tag_key(name: str) -> str:
    """Return what all spellings of a tag have in common."""
    return unicodedata.normalize("NFKC", storable_text(name)).casefold()


def first_use(tag_id: int) -> Select[int]:
    """Select the first ticket with this tag; ordered as its index, which a planner may otherwise not read."""
    return select(TicketTag.ticket_id).where(TicketTag.tag_id == tag_id).order_by(TicketTag.ticket_id).limit(1)
