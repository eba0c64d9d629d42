"""Deletion of posted messages: unsent parts are cancelled, sent parts are deleted by a further part.

Such a part waits behind the one that it deletes, like an edit. A part of a deleted message that turns out not to have
arrived is never sent again, and one whose number is unknown is reported as not deleted.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Delivery, DeliveryState, Message, MessageKind
from infra.wording import mark

NO_NUMBER = mark("it may have arrived, but the platform gave no number by which it could be deleted")
"""Reason of a deletion that cannot be tried."""
NO_CONNECTION = "no connection to the platform"
"""Reason of a retry after which a part certainly did not arrive."""


def delete(session: Session, message_id: int, now: datetime) -> str | None:
    """Delete the message wherever it has arrived, and stop what has not been sent; return its account.

    None if it was never posted. The message itself must be marked as deleted within the same unit of work.
    """
    parts = _rows(session, message_id)
    for part in parts:
        if part.state in {DeliveryState.SENT, DeliveryState.CLAIMED, DeliveryState.SENDING}:
            if _is_message(part):
                session.add(_deletion(part, now))
        else:
            lost = _may_be_there(part.state, part.reason, part.attempts)
            _cancel(part, now)
            if lost and _is_message(part):
                session.add(_deletion(part, now, NO_NUMBER))
    return parts[0].account if parts else None


def stop(
    session: Session, delivery: Delivery, state: DeliveryState, reason: str | None, now: datetime
) -> tuple[DeliveryState, str | None]:
    """Return the state for a part that moves to `state`: a deleted message's part that did not arrive is cancelled.

    The deletion that waits behind such a part is settled with it.
    """
    kind = session.scalar(select(Message.kind).where(Message.id == delivery.message_id))
    if kind is not MessageKind.DELETED or delivery.deletes or state is DeliveryState.SENT:
        return state, reason
    waiting = select(Delivery).where(Delivery.edits == delivery.id, Delivery.deletes, Delivery.state == "queued")
    lost = _may_be_there(state, reason, delivery.attempts)
    for deletion in session.scalars(waiting.with_for_update()).all():
        deletion.state = DeliveryState.FAILED if lost else DeliveryState.CANCELLED
        deletion.reason, deletion.updated_at = NO_NUMBER if lost else None, now
    return DeliveryState.CANCELLED, None


def _may_be_there(state: DeliveryState, reason: str | None, attempts: int) -> bool:
    """Return whether a part in this state may have arrived: surely not if it was never sent, or did not get out."""
    if state is DeliveryState.RETRYING:
        return attempts > 0 and reason != NO_CONNECTION
    return state is DeliveryState.MAYBE


def _is_message(part: Delivery) -> bool:
    """Return whether the part is a message of its own on the platform, not an edit of one."""
    return not part.deletes and (part.edits is None or part.afresh)


def _rows(session: Session, message_id: int) -> Sequence[Delivery]:
    wanted = select(Delivery).where(Delivery.message_id == message_id).order_by(Delivery.id).with_for_update()
    return session.scalars(wanted).all()


def _cancel(part: Delivery, now: datetime) -> None:
    part.state, part.updated_at, part.reason = DeliveryState.CANCELLED, now, None
    part.lease_owner = part.lease_until = None


def _deletion(part: Delivery, now: datetime, problem: str | None = None) -> Delivery:
    return Delivery(
        message_id=part.message_id,
        contact_id=part.contact_id,
        account=part.account,
        user_id=part.user_id,
        text="",
        entities=[],
        buttons=[],
        by_agent=True,
        state=DeliveryState.QUEUED if problem is None else DeliveryState.FAILED,
        reason=problem,
        next_attempt_at=now,
        updated_at=now,
        edits=part.id,
        deletes=True,
    )
