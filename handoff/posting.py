"""The row of one part of an outgoing message, as it is queued."""

from datetime import datetime

from sqlalchemy.orm import Session

from handoff.messages import Addressee
from handoff.models import Contact, Delivery, DeliveryState
from infra import rows


def queue(
    session: Session,
    contact: Contact | Addressee,
    message_id: int,
    now: datetime,
    *,
    by_agent: bool,
    **part: object,
) -> None:
    """One part of a message on its way."""
    rows.add(
        session,
        Delivery,
        message_id=message_id,
        contact_id=contact.id,
        account=contact.account,
        user_id=contact.user_id,
        by_agent=by_agent,
        state=DeliveryState.QUEUED,
        next_attempt_at=now,
        updated_at=now,
        **part,
    )
