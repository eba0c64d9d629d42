"""Which messages of a contact's thread belong to a ticket."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from handoff.models import Message, MessageKind, Ticket

_LATEST = 5


def take_along(session: Session, ticket: Ticket, message_ids: Sequence[int], key: str | None = None) -> None:
    """Attach earlier messages to the ticket: these, and with `key` the one posted under it.

    Messages that belong to a ticket already stay there.
    """
    session.execute(
        update(Message)
        .where(
            Message.contact_id == ticket.contact_id,
            Message.ticket_id.is_(None),
            or_(Message.id.in_(message_ids), Message.key == key) if key else Message.id.in_(message_ids),
        )
        .values(ticket_id=ticket.id)
        .execution_options(synchronize_session=False)
    )


def latest_said(session: Session, contact_id: int) -> Sequence[int]:
    """Return the ids of the contact's last messages, as many as an agent needs to see what a wish may be about."""
    theirs = select(Message.id).where(Message.contact_id == contact_id, Message.kind == MessageKind.INCOMING)
    return session.scalars(theirs.order_by(Message.id.desc()).limit(_LATEST)).all()


def split_off(session: Session, contact_id: int, message_ids: Sequence[int]) -> None:
    """Detach these messages of the contact's: they ask something new and wait for a ticket of their own."""
    session.execute(
        update(Message)
        .where(
            Message.contact_id == contact_id,
            Message.id.in_(message_ids),
            Message.kind == MessageKind.INCOMING,
        )
        .values(ticket_id=None)
        .execution_options(synchronize_session=False)
    )
