"""Withdrawal of a message that is still held: no trace of it stays, here or with the contact."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.errors import TooLateError
from handoff.models import ChoiceRow, Delivery, DeliveryState, Message


def withdraw(session: Session, message_id: int) -> None:
    """Delete the message and its parts. Raises TooLateError once one of them was claimed to be sent."""
    parts = session.scalars(select(Delivery).where(Delivery.message_id == message_id).with_for_update()).all()
    if any(part.state is not DeliveryState.QUEUED or part.attempts for part in parts):
        raise TooLateError("the message is on its way")
    session.execute(delete(ChoiceRow).where(ChoiceRow.message_id == message_id))
    session.execute(delete(Delivery).where(Delivery.message_id == message_id))
    session.execute(delete(Message).where(Message.id == message_id))
