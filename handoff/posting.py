"""What posting a message writes: the row of each part, what its buttons mean, and choices as a list of numbers."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handoff.messages import Addressee, RichText
from handoff.models import ChoiceRow, Contact, Delivery, DeliveryState
from handoff.words import WORDS
from infra import rows


@dataclass(frozen=True, slots=True)
class Choice:
    """A button to post: what it says and what pressing it means."""

    label: str
    action: str
    data: dict[str, Any]


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


def numbered(text: RichText, choices: Sequence[Choice], language: str) -> RichText:
    """The text with its choices below it, for an app that shows no buttons."""
    listed = [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]
    below = "\n".join([WORDS.text(language, "Answer with a number:"), *listed])
    return RichText(f"{text.text}\n\n{below}", text.entities)


def buttons(session: Session, contact_id: int, message_id: int, choices: Sequence[Choice]) -> list[dict[str, str]]:
    """Keep what the buttons mean; what the platform gets of them."""
    named = [(secrets.token_urlsafe(12), choice) for choice in choices]
    meanings = [
        {"id": id_, "contact_id": contact_id, "action": c.action, "data": c.data}
        | {"message_id": message_id, "number": number}
        for number, (id_, c) in enumerate(named, 1)
    ]
    rows.add_all(session, ChoiceRow, meanings)
    return [{"label": choice.label, "id": id_} for id_, choice in named]
