"""Rows written by posting a message: its parts, the meaning of its buttons, and choices as a numbered list."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from handoff.messages.button_codec import encode
from handoff.messages.buttons import Payload
from handoff.messages.json_columns import load_buttons
from handoff.messages.values import Addressee, Button, PublicPlace, RichText
from handoff.models import ChannelState, ChoiceRow, Contact, Delivery, DeliveryState
from handoff.words import CONTACT_WORDS
from infra.files import Kept
from infra.storage import rows
from infra.storage.rows import table

BUTTONS_TRIED_AFTER = timedelta(hours=1)
"""How long choices are numbered on an account whose platform refused buttons."""
BUTTONS_REFUSED = (
    "the platform refuses buttons, so choices are numbered in the text; they are tried again within an hour. "
    "On VK switch on the bot features in the community's settings"
)
_REFUSED_AT = select(table(ChannelState).c.buttons_refused_at).where(
    table(ChannelState).c.account == bindparam("account")
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button to post: its label and the meaning of a press."""

    label: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to post."""

    text: RichText
    choices: Sequence[Choice] = ()
    """Buttons under its last part."""
    ticket_id: int | None = None
    author: str = ""
    agent_id: int | None = None
    """The agent who wrote it; None for the bot."""
    key: str | None = None
    """Identifies the request: the same key again is the same message."""
    shown: str | None = None
    """What the desk's thread shows, if it differs from what is sent."""
    files: Sequence[tuple[str, Kept]] = ()
    """Sent after the text, each as a part of its own: the name and the stored file."""
    place: PublicPlace | None = None
    """Where it is posted in public; None for a private message."""
    once: bool = False
    """It is not repeated where it may have arrived: a repeat would be worse than its loss."""
    held_for: timedelta = timedelta(0)
    """Pause before its text is sent, within which it can be withdrawn (`withdrawals.py`)."""


def queue(
    session: Session,
    contact: Contact | Addressee,
    message_id: int,
    now: datetime,
    *,
    by_agent: bool,
    **part: object,
) -> None:
    """Queue one part of a message."""
    rows.add(
        session,
        Delivery,
        message_id=message_id,
        contact_id=contact.id,
        account=contact.account,
        user_id=contact.user_id,
        by_agent=by_agent,
        state=DeliveryState.QUEUED,
        updated_at=now,
        **({"next_attempt_at": now} | part),
    )


def number_choices(text: RichText, choices: Iterable[tuple[int, str]], language: str) -> RichText:
    """Return the text with its choices, numbers and labels, below it, for an app or a platform without buttons."""
    listed = [f"{number}. {label}" for number, label in choices]
    below = "\n".join([CONTACT_WORDS.text(language, "Answer with a number:"), *listed])
    return RichText(f"{text.text}\n\n{below}", text.entities)


def with_choices(
    session: Session,
    contact: Contact | Addressee,
    message_id: int,
    text: RichText,
    choices: Sequence[Choice],
    now: datetime,
) -> tuple[RichText, tuple[Button, ...]]:
    """Return the text and the buttons under it; without buttons, the text lists the choices by number."""
    below = buttons(session, contact.id, message_id, choices)
    if below and (contact.numbered or buttons_off(session, contact.account, now)):
        return number_choices(text, enumerate((choice.label for choice in choices), 1), contact.language), ()
    return text, below


def buttons_off(session: Session, account: str, now: datetime) -> bool:
    """Return whether the platform refused our buttons lately: then choices are numbered until they are tried again."""
    refused = rows.run(session, _REFUSED_AT, {"account": account}).scalar()
    return refused is not None and now - refused < BUTTONS_TRIED_AFTER


def accounts_without_buttons(session: Session, now: datetime) -> Sequence[str]:
    """Return the accounts where choices are numbered at present because their platform refused buttons."""
    lately = ChannelState.buttons_refused_at > now - BUTTONS_TRIED_AFTER
    return session.scalars(select(ChannelState.account).where(lately).order_by(ChannelState.account)).all()


def refuse_buttons(session: Session, delivery: Delivery, plain: RichText, language: str, now: datetime) -> RichText:
    """Record that the platform refuses buttons, list those of the delivery in its text, and return the text."""
    session.execute(update(ChannelState).where(ChannelState.account == delivery.account).values(buttons_refused_at=now))
    refused = load_buttons(delivery.buttons)
    known = select(ChoiceRow.id, ChoiceRow.number).where(ChoiceRow.id.in_([button.id for button in refused]))
    numbers = {row.id: row.number for row in session.execute(known)}
    listed = [(numbers[button.id], button.label) for button in refused if numbers.get(button.id)]
    return number_choices(plain, listed, language) if listed else plain


def buttons(session: Session, contact_id: int, message_id: int, choices: Sequence[Choice]) -> tuple[Button, ...]:
    """Store the meaning of the buttons; return what the platform gets of them."""
    named = [(secrets.token_urlsafe(12), choice) for choice in choices]
    meanings = [
        {"id": id_, "contact_id": contact_id, "action": c.payload.name, "data": encode(c.payload)}
        | {"message_id": message_id, "number": number}
        for number, (id_, c) in enumerate(named, 1)
    ]
    rows.add_all(session, ChoiceRow, meanings)
    return tuple(Button(choice.label, id_) for id_, choice in named)
