"""Tables of webhooks and of the events on their way to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import NEVER_REUSED, Base, BigId, Json, partial_index, word_of


class WebhookEvent(StrEnum):
    """What a webhook is notified of; the words are part of the interface."""

    OPENED = "ticket.opened"
    ASSIGNED = "ticket.assigned"
    UNASSIGNED = "ticket.unassigned"
    RECEIVED = "message.received"
    DELIVERED = "reply.delivered"
    LOST = "reply.failed"
    RESOLVED = "ticket.resolved"
    WITHDRAWN = "ticket.withdrawn"
    REOPENED = "ticket.reopened"
    RATED = "ticket.rated"
    ERASED = "contact.erased"
    TEST = "webhook.test"
    """Sent on request only."""


CHOICES = tuple(event for event in WebhookEvent if event is not WebhookEvent.TEST)
"""Events that a webhook can be registered for."""


class DisabledReason(StrEnum):
    """Why the program stopped sending to a webhook."""

    GONE = "gone"
    """The receiver responded with 410."""
    FAILING = "failing"
    """An event failed for more than a day, and nothing else arrived in that time."""


class EventState(StrEnum):
    """State of an event on its way to one webhook."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Problem(StrEnum):
    """Why an attempt failed."""

    STATUS = "status"
    """A response other than 2xx; `status_code` holds it."""
    REDIRECT = "redirect"
    GONE = "gone"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    """The name leads to an address that is not allowed."""


class Webhook(Base):
    """An address that is notified of events."""

    __tablename__ = "webhook"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(Json)
    """Words of `WebhookEvent`."""
    with_texts: Mapped[bool] = mapped_column(default=False)
    """Whether the payloads contain the texts of questions, messages and comments."""
    secret: Mapped[str] = mapped_column(String(128))
    """Signatures are computed from it, so it cannot be stored as a hash."""
    previous_secret: Mapped[str | None] = mapped_column(String(128))
    previous_until: Mapped[datetime | None]
    """Until when the secret before the last rotation signs, too."""
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[DisabledReason | None] = mapped_column(word_of(DisabledReason))
    failing_since: Mapped[datetime | None]
    """When the first of the failures since the last success began."""
    worked_at: Mapped[datetime | None]
    """When an event last arrived."""
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    """One process at a time sends to a webhook (handoff/webhooks/queue.py)."""


class WebhookDelivery(Base):
    """One event on its way to one webhook, and afterwards its line in the log."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        partial_index(
            "ix_webhook_delivery_pending", "webhook_id", "next_attempt_at", "id", where="state IN ('pending')"
        ),
        Index("ix_webhook_delivery_log", "webhook_id", "id"),
        Index("ix_webhook_delivery_created_at", "created_at"),
        Index("ix_webhook_delivery_contact_id", "contact_id"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(BigId)
    """Not a foreign key: a change at the desk must not fail because a webhook is being deleted at that moment."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    """The contact whom the event is about: their erasure deletes the row."""
    key: Mapped[str] = mapped_column(String(40))
    """The header `webhook-id`, the same at each attempt."""
    event: Mapped[WebhookEvent] = mapped_column(word_of(WebhookEvent))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[EventState] = mapped_column(word_of(EventState), default=EventState.PENDING)
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    first_attempt_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    problem: Mapped[Problem | None] = mapped_column(word_of(Problem))
    """Why the last attempt failed."""
    status_code: Mapped[int | None]
    """Status of the last response; None if there was none."""
    milliseconds: Mapped[int | None]
    """Duration of the last attempt."""
