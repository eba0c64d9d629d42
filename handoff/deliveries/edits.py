"""Changes of posted messages: unsent parts are rewritten, sent parts are edited by a further part.

Such a part waits behind the one that it edits, like every later part of the contact, so the platform's id is known once
it is claimed. Only the last edit counts: one that was not claimed yet is rewritten by the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import refuse_buttons
from handoff.messages.json_columns import dump_buttons, dump_entities, dump_place, load_buttons, load_entities
from handoff.messages.rich_text import units
from handoff.messages.text_parts import split
from handoff.messages.values import Button, OutgoingPart, RichText
from handoff.models import ChoiceRow, Delivery, DeliveryState
from handoff.words import CONTACT_WORDS

_STILL_OURS = (DeliveryState.REFUSED, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Change:
    """Properties of an edit besides its text."""

    buttons: tuple[Button, ...]
    """Buttons under the last part."""
    now: datetime
    by_agent: bool = False


def revise(session: Session, message_id: int, parts: Sequence[RichText], gone: str, change: Change) -> str | None:
    """Change the message to `parts`; return its account, None if it was never posted.

    A surplus old part is replaced by `gone`, because text that a contact may have read never vanishes silently;
    additional new parts are sent after the others.
    """
    known = _rows(session, message_id)
    originals = [row for row in known if row.edits is None and row.file is None]
    if not originals:
        return None
    wanted = [*parts, *(RichText(gone) for _ in originals[len(parts) :])]
    bare = replace(change, buttons=())
    for place, original in enumerate(originals):
        _change(session, original, known, wanted[place], change if place == len(parts) - 1 else bare)
    for place, text in enumerate(wanted[len(originals) :], len(originals)):
        session.add(_part(originals[0], text, change if place == len(parts) - 1 else bare, edits=None))
    return originals[0].account


def settle_choice(session: Session, choice_id: str, mark: str, keep: bool, now: datetime) -> str | None:
    """Show the chosen option under the message that offered it: `mark` and its label, in place of the buttons.

    With `keep` the others stay. Returns the account; None if the message is not known, or has no such button.
    """
    choice = session.get(ChoiceRow, choice_id)
    if choice is None or choice.message_id is None:
        return None
    known = _rows(session, choice.message_id)
    # Take the first part that has the button: later ones may already show a choice.
    offers = ((row, load_buttons(row.buttons)) for row in known)
    row, offered = next(
        ((row, offered) for row, offered in offers if any(button.id == choice_id for button in offered)), (None, ())
    )
    if row is None:
        return None
    label = next(button.label for button in offered if button.id == choice_id)
    others = tuple(button for button in offered if keep and button.id != choice_id)
    text = RichText(f"{row.text}\n\n{mark} {label}", load_entities(row.entities))
    original = next(known_ for known_ in known if known_.id in {row.id, row.edits} and known_.edits is None)
    _change(session, original, known, text, Change(others, now))
    return row.account


def remove_buttons(session: Session, message_id: int, now: datetime) -> str | None:
    """Remove the buttons under the message, which stays as it is; return its account, None if it has no buttons."""
    known = _rows(session, message_id)
    original = next((row for row in known if row.edits is None and row.buttons), None)
    if original is None:
        return None
    latest = [row for row in known if original.id in {row.id, row.edits}][-1]
    _change(session, original, known, RichText(latest.text, load_entities(latest.entities)), Change((), now))
    return original.account


def _rows(session: Session, message_id: int) -> Sequence[Delivery]:
    wanted = select(Delivery).where(Delivery.message_id == message_id).order_by(Delivery.id).with_for_update()
    return session.scalars(wanted).all()


def _change(session: Session, original: Delivery, known: Sequence[Delivery], text: RichText, change: Change) -> None:
    latest = [row for row in known if original.id in {row.id, row.edits}][-1]
    marks, buttons = dump_entities(text.entities), dump_buttons(change.buttons)
    if (latest.text, latest.entities, latest.buttons) == (text.text, marks, buttons):
        return
    untouched = latest.state is DeliveryState.QUEUED and latest.attempts == 0
    if untouched or (latest is original and latest.state in _STILL_OURS):
        latest.text, latest.entities, latest.buttons, latest.updated_at = text.text, marks, buttons, change.now
        latest.by_agent = latest.by_agent or change.by_agent
        return
    session.add(_part(original, text, change, edits=original.id))


def _part(like: Delivery, text: RichText, change: Change, *, edits: int | None) -> Delivery:
    return Delivery(
        message_id=like.message_id,
        contact_id=like.contact_id,
        account=like.account,
        user_id=like.user_id,
        text=text.text,
        entities=dump_entities(text.entities),
        buttons=dump_buttons(change.buttons),
        by_agent=change.by_agent,
        state=DeliveryState.QUEUED,
        next_attempt_at=change.now,
        updated_at=change.now,
        edits=edits,
    )


def simplify(session: Session, delivery: Delivery, plain: OutgoingPart, language: str, now: datetime) -> None:
    """Rewrite the part in a plainer form; choices whose buttons are refused are listed by number in its text."""
    if delivery.buttons and not plain.buttons:
        # The list may be too long for the part: the rest of it follows as a part of its own.
        first, *rest = split(refuse_buttons(session, delivery, plain.text, language, now))
        plain = replace(plain, text=first)
        change = Change((), now, delivery.by_agent)
        session.add_all(_part(delivery, text, change, edits=None) for text in rest)
    _rewrite(delivery, plain)


def is_edit(delivery: Delivery) -> bool:
    return delivery.edits is not None and not delivery.afresh


def send_afresh(delivery: Delivery, language: str) -> None:
    """Send a refused edit as a message of its own, marked as a correction."""
    head = CONTACT_WORDS.text(language, "Correction to an earlier message:") + "\n"
    delivery.afresh, delivery.attempts, delivery.first_attempt_at = True, 0, None
    delivery.text, shift = head + delivery.text, units(head)
    marks = load_entities(delivery.entities)
    delivery.entities = dump_entities(replace(mark, offset=mark.offset + shift) for mark in marks)


def _rewrite(delivery: Delivery, part: OutgoingPart) -> None:
    """Rewrite the part in a plainer form."""
    delivery.text = part.text.text
    delivery.entities = dump_entities(part.text.entities)
    delivery.buttons = dump_buttons(part.buttons)
    delivery.place = dump_place(part.place)
