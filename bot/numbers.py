"""The number that somebody types whose app shows no buttons: it is the press of the choice with that number."""

from dataclasses import replace

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from handoff.messages import EventKind, IncomingEvent
from handoff.models import ChoiceRow, Message, MessageKind
from infra import rows
from infra.rows import table

_CHOICES, _MESSAGES = table(ChoiceRow), table(Message)
_LAST = (
    select(func.max(_MESSAGES.c.id))
    .where(_MESSAGES.c.contact_id == bindparam("contact"), _MESSAGES.c.kind == MessageKind.OUTGOING)
    .scalar_subquery()
)
_OFFERED = select(_CHOICES.c.id).where(
    _CHOICES.c.contact_id == bindparam("contact"),
    _CHOICES.c.number == bindparam("number"),
    _CHOICES.c.message_id == _LAST,
)
_LONGEST = 3
"""Digits; no message offers more choices than that."""


def as_press(session: Session, contact_id: int, event: IncomingEvent) -> IncomingEvent:
    """The event as a press where it is the number of a choice of our last message; else, as it was.

    Of the last one only: whoever is asked "how many?" and answers "2" means two.
    """
    typed = event.text.strip()
    plain = event.kind is EventKind.MESSAGE and not event.attachments
    if not plain or not typed.isdecimal() or len(typed) > _LONGEST:
        return event
    choice = rows.run(session, _OFFERED, {"contact": contact_id, "number": int(typed)}).scalar()
    return event if choice is None else replace(event, kind=EventKind.PRESS, choice_id=choice, text="", message_id="")
