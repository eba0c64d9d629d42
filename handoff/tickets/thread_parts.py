"""Which messages of a contact's thread belong to a ticket."""

from collections.abc import Sequence

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from handoff.models import Message, MessageKind, Ticket


def take_along(session: Session, ticket: Ticket, message_ids: Sequence[int], key: str) -> None:
    """Attach earlier messages to the ticket: these, and the one posted under `key`.

    Messages that belong to a ticket already stay there.
    """
    session.execute(
        update(Message)
        .where(
            Message.contact_id == ticket.contact_id,
            Message.ticket_id.is_(None),
            or_(Message.id.in_(message_ids), Message.key == key),
        )
        .values(ticket_id=ticket.id)
        .execution_options(synchronize_session=False)
    )


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
