"""Tables of received events and of channel accounts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import NEVER_REUSED, Base, BigId, Json, partial_index, word_of


class InboxState(StrEnum):
    """Processing state of a stored event."""

    NEW = "new"
    DONE = "done"
    POISON = "poison"


class InboxEvent(Base):
    """An event as the platform sent it, stored before it is acknowledged."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("account", "event_key"),
        UniqueConstraint("account", "message_key"),
        Index("ix_inbox_contact", "account", "user_id", "state"),
        partial_index("ix_inbox_new", "state", "account", "user_id", where="state IN ('new')"),
        partial_index("ix_inbox_poison", "state", where="state IN ('poison')"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    event_key: Mapped[str] = mapped_column(String(128))
    message_key: Mapped[str | None] = mapped_column(String(128))
    """Identifies the message itself, because a platform may report one message by two events."""
    user_id: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    state: Mapped[InboxState] = mapped_column(word_of(InboxState), default=InboxState.NEW)
    problem: Mapped[str | None] = mapped_column(Text)


class ChannelState(Base):
    """State of a channel account that must survive a restart."""

    __tablename__ = "channel_state"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(String(64))
    """Where receiving continues: Telegram's next offset, VK's `ts`."""
    random_base: Mapped[int]
    """Start of this account's `random_id` counter."""
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the account cannot receive or send at present, in one sentence."""
    buttons_refused_at: Mapped[datetime | None]
    """When the platform last accepted a message only without its buttons (`handoff/deliveries/new_rows.py`)."""
    updated_at: Mapped[datetime]
