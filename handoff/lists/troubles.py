"""Delivery trouble: answers that did not surely arrive, and events that could not be handled."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from handoff.deliveries.outbox import Outbox
from handoff.errors import NotFoundError, StateError
from handoff.models import (
    Contact,
    Delivery,
    DeliveryState,
    InboxEvent,
    InboxState,
    Message,
    Ticket,
    is_undelivered,
    live,
)
from infra.bus import Bus
from infra.database import after_commit
from infra.storage.columns import words

SHOWN = 50
"""Questions and events that the page shows."""
TROUBLES = (DeliveryState.RETRYING, DeliveryState.REFUSED, DeliveryState.MAYBE, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class UndeliveredPart:
    """A part of an agent's answer that has not surely arrived."""

    id: int
    ticket_id: int
    contact_id: int
    contact_name: str
    account: str
    state: DeliveryState
    reason: str
    text: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SetAsideEvent:
    """A received event that could not be handled."""

    id: int
    account: str
    problem: str
    attempts: int
    received_at: datetime
    contact_id: int | None
    contact_name: str
    ticket_id: int | None
    """The contact's latest question."""


def undelivered_parts(session: Session) -> tuple[UndeliveredPart, ...]:
    """Return the parts in trouble of the newest questions with one."""
    troubled = select(Ticket.id).where(live(), is_undelivered()).order_by(Ticket.id.desc()).limit(SHOWN)
    rows = session.execute(
        select(Delivery, Message.ticket_id, Message.text, Contact.name)
        .join(Message, Message.id == Delivery.message_id)
        .join(Contact, Contact.id == Delivery.contact_id)
        .where(
            Message.ticket_id.in_(session.scalars(troubled).all()),
            Message.agent_id.is_not(None),
            Delivery.state.in_(TROUBLES),
            Delivery.place.is_(None),
            Delivery.deletes.is_(False),
        )
        .order_by(Message.ticket_id.desc(), Delivery.id)
    )
    return tuple(
        UndeliveredPart(
            id=part.id,
            ticket_id=ticket_id or 0,
            contact_id=part.contact_id,
            contact_name=name,
            account=part.account,
            state=part.state,
            reason=part.reason or "",
            text=text,
            updated_at=part.updated_at,
        )
        for part, ticket_id, text, name in rows
    )


def set_aside_events(session: Session) -> tuple[SetAsideEvent, ...]:
    """Return the newest events that were set aside and not dismissed."""
    latest = select(func.max(Ticket.id)).where(Ticket.contact_id == Contact.id).scalar_subquery()
    rows = session.execute(
        select(InboxEvent, Contact.id, Contact.name, latest)
        .join(Contact, and_(Contact.account == InboxEvent.account, Contact.user_id == InboxEvent.user_id), isouter=True)
        .where(InboxEvent.state.in_(words(InboxState.POISON)))
        .order_by(InboxEvent.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        SetAsideEvent(
            event.id, event.account, event.problem or "", event.attempts, event.received_at, contact, name or "", ticket
        )
        for event, contact, name, ticket in rows
    )


def settle_parts(session: Session, outbox: Outbox, ids: Collection[int], action: str) -> tuple[int, int]:
    """Send parts again (`retry`) or record that they `arrived` or were `lost`; return how many changed, and not."""
    done = 0
    for delivery_id in sorted(ids):
        try:
            if action == "retry":
                outbox.retry(session, delivery_id)
            else:
                outbox.settle_by_hand(session, delivery_id, arrived=action == "arrived")
        except (NotFoundError, StateError):
            continue  # its state has changed meanwhile
        done += 1
    return done, len(ids) - done


def settle_events(session: Session, bus: Bus, ids: Collection[int], *, again: bool) -> int:
    """Handle events once more, or dismiss them; return how many."""
    poison = (InboxEvent.id.in_(ids), InboxEvent.state.in_(words(InboxState.POISON)))
    found = session.scalars(select(InboxEvent).where(*poison).order_by(InboxEvent.id).with_for_update()).all()
    for event in found:
        event.state = InboxState.NEW if again else InboxState.DONE
        if again:
            event.attempts, event.problem = 0, None
            note = f"{event.account}/{event.user_id}"
            after_commit(session, lambda note=note: bus.publish("inbox", note))  # type: ignore[misc]
    return len(found)
