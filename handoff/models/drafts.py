"""Tables of drafts, of the files chosen for them, and of the files of canned responses."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import NEVER_REUSED, Base, BigId, word_of


class DraftMode(StrEnum):
    """Readers of what is written: the contact, or colleagues only."""

    REPLY = "reply"
    NOTE = "note"


class Draft(Base):
    """Content of the reply box of one agent at one ticket."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("agent_id", "ticket_id"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    mode: Mapped[DraftMode] = mapped_column(word_of(DraftMode))
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(64))
    """Idempotency key under which it will be sent."""
    version: Mapped[int]
    """Incremented by every change."""
    typed_at: Mapped[datetime]
    """When the agent last changed its words; of two versions the one typed later stays."""
    browser: Mapped[str] = mapped_column(String(36), default="", server_default=sql("''"))
    """Random name of the browser in which they were changed; "" for one that runs no scripts."""
    browser_time: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    """When, in milliseconds by the clock of that browser: exact among its pages, however late a save arrives."""


class DraftFile(Base):
    """A file that is chosen for a draft; its content is in the file store."""

    __tablename__ = "draft_file"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    """As the agent named it: shown, never used as a path."""
    key: Mapped[str] = mapped_column(String(64), index=True)
    """Its key in the file store."""
    size: Mapped[int] = mapped_column(BigId)
    """In bytes."""
    head: Mapped[str] = mapped_column(String(32))
    """Its first bytes, as hexadecimal digits."""


class CannedFile(Base):
    """A file of a canned response, which is inserted into drafts with its text."""

    __tablename__ = "canned_file"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("canned_response.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    """As the agent named it: shown, never used as a path."""
    key: Mapped[str] = mapped_column(String(64), index=True)
    """Its key in the file store."""
    size: Mapped[int] = mapped_column(BigId)
    """In bytes."""
    head: Mapped[str] = mapped_column(String(32))
    """Its first bytes, as hexadecimal digits."""
