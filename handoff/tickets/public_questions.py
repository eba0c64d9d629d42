"""Questions asked in public: what is kept of them, and the one line that may be posted below each.

A public line is a delivery like every other, so its state is visible and a dead process repeats nothing. There is at
most one for each question: the row is unique by the place, and the line is written with it in one transaction.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from handoff.messages.values import Address, Addressee, PublicPlace
from handoff.models import Contact, Delivery, DeliveryState, Message, MessageKind
from handoff.tickets.public_policy import PublicPolicy
from handoff.tickets.request_models import PublicQuestion
from handoff.tickets.service import Desk
from infra.storage import rows
from infra.storage.columns import words

KEPT = timedelta(days=30)
"""How long the link below a question works."""
_HOUR = timedelta(hours=1)


def may_speak(session: Session, account: str, place: PublicPlace, manners: PublicPolicy, now: datetime) -> bool:
    """Return whether a line may be posted: we can post there, outside quiet hours and within the hourly limit."""
    manners = manners.there(place.group)
    if place.mute or manners.silent_at(now):
        return False
    said = select(func.count()).where(
        PublicQuestion.account == account,
        PublicQuestion.place == place.group,
        PublicQuestion.replied_at > now - _HOUR,
    )
    return session.execute(said).scalar_one() < manners.per_hour


def keep(
    session: Session,
    contact: Addressee,
    place: PublicPlace,
    text: str,
    now: datetime,
    *,
    replied: bool,
) -> str | None:
    """Store the question; return the id by which a link opens it, None if the question is known already."""
    key = secrets.token_urlsafe(12)
    made = rows.add_if_new(
        session,
        PublicQuestion,
        id=key,
        contact_id=contact.id,
        account=contact.account,
        user_id=contact.user_id,
        place=place.group,
        thread=place.thread,
        message=place.message,
        text=text,
        replied_at=now if replied else None,
        at=now,
    )
    return key if made is not None else None


def remember_message(session: Session, key: str, line: int) -> None:
    """Store the message by which the asker is to find the question's link."""
    session.execute(update(PublicQuestion).where(PublicQuestion.id == key).values(line_id=line))


def question_by_link(session: Session, key: str, address: Address) -> str:
    """Return the text that a link asks in private; empty if it has expired, and for anyone but its author."""
    mine = select(PublicQuestion.text).where(
        PublicQuestion.id == key,
        PublicQuestion.account == address.account,
        PublicQuestion.user_id == address.user_id,
    )
    return session.scalar(mine) or ""


def rescue(session: Session, desk: Desk) -> None:
    """Hand questions whose link could not be posted to people, with the lines that report it."""
    lost = (
        select(PublicQuestion)
        .join(Delivery, Delivery.message_id == PublicQuestion.line_id)
        .where(PublicQuestion.line_id.is_not(None), Delivery.place.is_not(None))
        .where(Delivery.state.in_(words(DeliveryState.FAILED)))
        .with_for_update(of=PublicQuestion, skip_locked=True)
    )
    for question in session.scalars(lost).all():
        contact = session.get_one(Contact, question.contact_id)
        ticket = desk.open(session, contact, question.text, reason="public")
        before = select(func.max(Message.id)).where(
            Message.contact_id == contact.id, Message.kind == MessageKind.EVENT, Message.id < question.line_id
        )
        session.execute(
            update(Message)
            .where(
                Message.contact_id == contact.id,
                Message.ticket_id.is_(None),
                or_(
                    Message.id == question.line_id,
                    Message.id == before.scalar_subquery(),
                    Message.text == question.text,
                ),
            )
            .values(ticket_id=ticket.id)
            .execution_options(synchronize_session=False)
        )
        question.line_id = None


def tidy(session: Session, now: datetime) -> None:
    """Delete what is older than any link has to work."""
    session.execute(delete(PublicQuestion).where(PublicQuestion.at < now - KEPT))
