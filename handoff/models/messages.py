"""Tables of messages, their parts on the way out, and their files."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import NEVER_REUSED, Base, BigId, Json, partial_index, word_of


class MessageKind(StrEnum):
    """Kind of a line in a thread."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"
    EVENT = "event"
    DELETED = "deleted"
    """An agent's reply that was taken back from the contact; agents still read it."""


class DeliveryState(StrEnum):
    """Delivery state of one part of an outgoing message."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    RETRYING = "retrying"
    REFUSED = "refused"
    MAYBE = "maybe_delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.RETRYING)
"""States that hold back the contact's later parts, so that answers arrive in order."""
_UNFINISHED_STATES = "state IN ('queued', 'claimed', 'sending', 'retrying')"


class FileState(StrEnum):
    """Fetching state of a file that a contact sent."""

    WANTED = "wanted"
    KEPT = "kept"
    REFUSED = "refused"
    FAILED = "failed"


class Message(Base):
    """One line of a contact's thread: written by the contact, the bot or an agent, or an event."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_contact", "contact_id", "id"),
        Index("ix_message_ticket", "ticket_id", "id"),
        Index("ix_message_platform", "contact_id", "platform_id"),
        partial_index("ix_message_loose", "at", "id", where="ticket_id IS NULL"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[MessageKind] = mapped_column(word_of(MessageKind))
    author: Mapped[str] = mapped_column(Text, default="")
    """Name of the person who wrote it; empty for the bot."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    unnamed: Mapped[bool] = mapped_column(default=False)
    """The name of the agent is not shown to the contact."""
    text: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """`Attachment`s, as `handoff/messages/json_columns.py` writes them."""
    contents: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """Contents besides text and files, as `handoff/messages/contents.py` writes them."""
    platform_id: Mapped[str | None] = mapped_column(String(64))
    """Of an incoming message: the platform's id, so that a later edit finds it."""
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """The agent who deleted it."""
    before: Mapped[str | None] = mapped_column(Text)
    """Of an incoming message that was edited once an agent had it: its earlier text."""
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Idempotency key of a reply, set by its sender: the same key again is the same message."""
    key_digest: Mapped[str | None] = mapped_column(String(64))
    """Digest of the request that the key stands for (handoff/tickets/idempotency.py)."""
    at: Mapped[datetime]


class Delivery(Base):
    """One part of an outgoing message on its way to a platform (ARCHITECTURE.md, "A delivery and its states")."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("account", "random_id"),
        Index("ix_delivery_contact", "contact_id", "id"),
        partial_index("ix_delivery_unfinished", "account", "next_attempt_at", where=_UNFINISHED_STATES),
        partial_index("ix_delivery_lost", "state", where="state IN ('maybe_delivered', 'failed')"),
        partial_index("ix_delivery_unsaid", "message_id", where="place IS NOT NULL AND state IN ('failed')"),
        partial_index("ix_delivery_edits", "edits", where="edits IS NOT NULL"),
        Index("ix_delivery_message", "message_id"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    account: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    entities: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(Json)
    """`Entity`s and `Button`s; these, `file` and `place` are read and written by `handoff/messages/json_columns.py`."""
    by_agent: Mapped[bool]
    random_id: Mapped[int | None]
    state: Mapped[DeliveryState] = mapped_column(word_of(DeliveryState), default=DeliveryState.QUEUED)
    reason: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[bool] = mapped_column(default=False)
    """Sent once more after a "maybe delivered": the contact may have read it twice."""
    next_attempt_at: Mapped[datetime]
    first_attempt_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    platform_ids: Mapped[dict[str, str] | None] = mapped_column(Json)
    edits: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    """The part that this one replaces, once both are sent; None for a part of its own."""
    file: Mapped[dict[str, str] | None] = mapped_column(Json)
    """The `OutgoingFile` that this part sends instead of a text."""
    afresh: Mapped[bool] = mapped_column(default=False)
    """An edit that the platform refused, sent as a message of its own."""
    deletes: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It deletes the part that `edits` names."""
    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The `PublicPlace` in which it is posted; None for a private message."""
    marks: Mapped[str | None] = mapped_column(String(64))
    """The platform's id of the contact's message that this part marks as received; None for a message."""
    updated_at: Mapped[datetime] = mapped_column(index=True)


class ChoiceRow(Base):
    """Meaning of a button; the platform holds only the id."""

    __tablename__ = "choice"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    used_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    """The message that offers it; unknown for choices from before this column existed."""
    number: Mapped[int | None]
    """The number under which it is offered, from 1 on."""


class FileRow(Base):
    """A file of a contact's message: its place on the platform, and once it is fetched its place in the store."""

    __tablename__ = "file"
    __table_args__ = (partial_index("ix_file_wanted", "account", "next_attempt_at", where="state IN ('wanted')"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    account: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    """As the contact named it: shown, never used as a path."""
    source: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[FileState] = mapped_column(word_of(FileState))
    reason: Mapped[str | None] = mapped_column(String(24))
    """Why it is refused (`kind`, `size`) or was given up (`unreachable`)."""
    told: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Of a refused one: the contact was notified. False while other files of the message are still being tried."""
    key: Mapped[str | None] = mapped_column(String(64), index=True)
    """Its key in the file store, once it is kept."""
    media_type: Mapped[str] = mapped_column(String(40))
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    updated_at: Mapped[datetime]
