"""Recognise a button that a contact types instead of pressing it.

They type its label, its number if their app or the platform shows no buttons, or a reply that means it ("yes").
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.dialogue import Utterance
from bot.dialogue.understanding.wording import LAST
from handoff.messages.button_codec import meant_by
from handoff.messages.button_rules import Reply
from handoff.messages.buttons import Action
from handoff.messages.json_columns import load_buttons
from handoff.messages.values import EventKind, IncomingEvent
from handoff.models import ChoiceRow, Delivery, Message, MessageKind
from infra.storage import rows
from infra.storage.rows import table
from knowledge.matching import fold, lower, words

_CHOICES, _DELIVERIES, _MESSAGES = table(ChoiceRow), table(Delivery), table(Message)
_LAST = (
    select(func.max(_MESSAGES.c.id))
    .where(_MESSAGES.c.contact_id == bindparam("contact"), _MESSAGES.c.kind == MessageKind.OUTGOING)
    .scalar_subquery()
)
# The buttons stand below the last part of a message, and an edit of it is a later delivery.
_SHOWN = (
    select(_DELIVERIES.c.buttons).where(_DELIVERIES.c.message_id == _LAST).order_by(_DELIVERIES.c.id.desc()).limit(1)
)
_NUMBERED = select(_CHOICES.c.id).where(
    _CHOICES.c.contact_id == bindparam("contact"),
    _CHOICES.c.number == bindparam("number"),
    _CHOICES.c.message_id == _LAST,
)
# What an edit of the message no longer offers has no number any more.
_OFFERED = (
    select(_CHOICES.c.id, _CHOICES.c.action)
    .where(_CHOICES.c.message_id == _LAST, _CHOICES.c.number.is_not(None), _CHOICES.c.used_at.is_(None))
    .order_by(_CHOICES.c.number)
)
_LISTED = frozenset(
    {Action.PICK, Action.RATE, Action.SPEAK, Action.TOPIC, Action.READ, Action.OWN_ONE, Action.FORM_PICK}
)
"""Choices that stand in a list, which a contact may name by their place."""
_MOST_DIGITS = 3
"""No message offers more choices than that."""
_LONGEST = 60
"""Characters; no button has more."""


def read_press(
    session: Session, contact_id: int, event: IncomingEvent, said: Utterance, *, numbered: bool
) -> IncomingEvent:
    """Return the event as a press if it names a choice of our last message, by label, reply or listed number.

    `said` is its text as understood; `numbered` says that the contact's app shows no buttons.

    Only the last message counts: a contact who is asked "how many?" and answers "2" means two. A choice that was used
    already does not count: its press would be silent, and a contact who writes expects an answer.
    """
    typed = said.text
    if event.kind is not EventKind.MESSAGE or event.attachments or said.shows or len(typed) > _LONGEST:
        return event
    # A platform that refuses buttons gets the numbers of one message in its text.
    listed = numbered or (typed.isdecimal() and not rows.run(session, _SHOWN, {"contact": contact_id}).scalar())
    exactly = _by_number if listed else _by_words
    choice = (
        exactly(session, contact_id, typed)
        or _by_reply(session, contact_id, said.replies)
        or _by_ordinal(session, contact_id, said.choice)
    )
    return event if choice is None else replace(event, kind=EventKind.PRESS, choice_id=choice, text="", message_id="")


def _by_number(session: Session, contact_id: int, typed: str) -> str | None:
    if not typed.isdecimal() or len(typed) > _MOST_DIGITS:
        return None
    found: str | None = rows.run(session, _NUMBERED, {"contact": contact_id, "number": int(typed)}).scalar()
    return found


def _by_words(session: Session, contact_id: int, typed: str) -> str | None:
    said = _words(typed)
    shown = load_buttons(rows.run(session, _SHOWN, {"contact": contact_id}).scalar() or ())
    meant = [button.id for button in shown if said and _words(button.label) == said]
    return meant[0] if len(meant) == 1 and meant[0] in _offered(session, contact_id) else None


def _by_reply(session: Session, contact_id: int, replies: Sequence[Reply]) -> str | None:
    choices = {action: choice for choice, action in _offered(session, contact_id).items()} if replies else {}
    meant = (action for reply in replies if (action := meant_by(reply, choices)) is not None)
    action = next(meant, None)
    return choices[action] if action is not None else None


def _by_ordinal(session: Session, contact_id: int, number: int | None) -> str | None:
    """Return the choice of a list by its place in it; other buttons are no list, and a form may ask for a number."""
    if number is None:
        return None
    offered = _offered(session, contact_id)
    if number == 0:
        return next((choice for choice, action in offered.items() if action == Action.NONE_FITS), None)
    listed = [choice for choice, action in offered.items() if action in _LISTED]
    place = len(listed) if number == LAST else number
    return listed[place - 1] if 0 < place <= len(listed) else None


def _offered(session: Session, contact_id: int) -> dict[str, str]:
    """Return the actions of the unused choices of our last message."""
    return {row.id: row.action for row in rows.run(session, _OFFERED, {"contact": contact_id})}


def _words(text: str) -> list[str]:
    """Return the words without case, accents and punctuation."""
    return [fold(word) for word in words(lower(text))]
