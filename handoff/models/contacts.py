"""Tables of contacts, and of what agents note about them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import NEVER_REUSED, Base, BigId, partial_index

FORGOTTEN = "forgotten"
"""Prefix of the user id of an erased contact; it contains nothing of the platform's own number."""


class Contact(Base):
    """A member of the community at one address, and the state of their thread with the bot."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("account", "user_id"),
        partial_index("ix_contact_matter", "last_seen_at", where="expects = 'matter'"),
        partial_index("ix_contact_person", "person_id", where="person_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    chosen_language: Mapped[str | None] = mapped_column(String(8))
    """Language that the contact requested; None if it is detected for each message."""
    numbered: Mapped[bool] = mapped_column(default=False)
    """Their app shows no buttons, so choices are numbered in the text."""
    expects: Mapped[str | None] = mapped_column(String(32))
    """How the contact's next message is interpreted, if not as an ordinary question."""
    unreachable: Mapped[str | None] = mapped_column(Text)
    """Why nothing can be sent, until the contact writes again."""
    flood_since: Mapped[datetime | None]
    """Start of the minute in which `flood_count` is counted (`bot/conversation/quiet_rounds.py`)."""
    flood_written: Mapped[datetime | None]
    """The same by the platform's clock."""
    flood_count: Mapped[int] = mapped_column(default=0, server_default="0")
    person_id: Mapped[int | None] = mapped_column(BigId)
    """Number that all linked addresses of one person share (`handoff/people/linked_contacts.py`)."""
    muted_at: Mapped[datetime | None]
    """Since when an agent treats the contact as spam: nothing they write is answered or opens a ticket."""
    version: Mapped[int] = mapped_column(default=0)
    """Incremented by every change of the thread, so that a decision on an older state is repeated."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class ContactIdentifier(Base):
    """A phone number or e-mail address that a contact wrote, or their full name; an equal one proposes a link."""

    __tablename__ = "contact_identifier"
    __table_args__ = (Index("ix_contact_identifier_value", "value"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    value: Mapped[str] = mapped_column(String(254), primary_key=True)
    """In one spelling: digits with the country's code, an address in lower case, or `name:` and the name."""


class ContactNote(Base):
    """A note about a contact for all agents, whichever ticket they read."""

    __tablename__ = "contact_note"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
