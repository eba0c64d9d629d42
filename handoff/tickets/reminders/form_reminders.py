"""Reminders of unfinished forms: each contact is reminded of a form once, an hour after they last touched it.

A reminder is one transaction that begins by marking the form's row under a condition, as all consequences of silence
(`caretaker.py`). There is no reminder if the answer above the form helped, if a person has the question
meanwhile, or if the contact is filling in another form.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages import buttons
from handoff.messages.values import RichText
from handoff.models import Contact, Ticket
from handoff.tickets.request_models import FormOrigin, FormRow, FormState
from handoff.tickets.silence_policy import surely_silent
from handoff.words import CONTACT_WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.storage.columns import without_index, words
from knowledge.entries.models import Lookup

IDLE = timedelta(hours=1)
_QUOTED = 80
"""Number of characters of the question that the reminder quotes."""


class UnfinishedForms:
    """Finds unfinished forms and sends reminders, each within the caller's unit of work."""

    def __init__(self, outbox: Outbox, bus: Bus, clock: Clock) -> None:
        self._outbox = outbox
        self._bus = bus
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of forms to remind of, above `after`."""
        number = without_index(FormRow.id)
        wanted = select(FormRow.id).where(*_left(self._clock()), number > after).order_by(number).limit(limit)
        return session.scalars(wanted).all()

    def remind(self, session: Session, number: int) -> bool:
        """Ask the contact whether to go on; return False if there is nothing to ask (any more)."""
        owner = select(FormRow.contact_id).where(FormRow.id == number).scalar_subquery()
        # Lock the contact first, as every round of the conversation does, to avoid deadlocks.
        contact = session.scalars(select(Contact).where(Contact.id == owner).with_for_update()).one_or_none()
        taken = session.execute(
            update(FormRow)
            .where(FormRow.id == number, *_left(self._clock()))
            .values(reminded_at=self._clock())
            .execution_options(synchronize_session=False)
        )
        if contact is None or not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
            return False
        form = session.get_one(FormRow, number, populate_existing=True)
        asked = FormOrigin.load(form.about).lookup
        lookup = session.get(Lookup, asked) if asked else None
        if lookup is not None and lookup.outcome == "helped":
            return False
        contact.version += 1
        language = contact.chosen_language or contact.language
        step = len(form.answers)
        choices = (
            Choice(CONTACT_WORDS.text(language, "Continue"), buttons.FormGo(number, step)),
            Choice(CONTACT_WORDS.text(language, "Cancel"), buttons.FormCancel(number, step)),
        )
        self._outbox.post(session, contact, OutgoingMessage(RichText(_words(language, form.question)), choices))
        contact_id = str(contact.id)  # the session's rows cannot be read once its unit of work is over
        after_commit(session, lambda: self._bus.publish("desk", contact_id))
        return True


def _words(language: str, question: str) -> str:
    line = next((line for line in map(str.strip, question.splitlines()) if line), "")
    if not line:
        return CONTACT_WORDS.text(language, "You have not finished the form for your question. Shall we go on?")
    if len(line) > _QUOTED:
        line = line[: _QUOTED - 1].rstrip() + "…"
    return CONTACT_WORDS.text(
        language, "You have not finished the form for “{question}”. Shall we go on?", question=line
    )


def _left(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Condition that the form was left, and that a message of the contact would be known."""
    other = aliased(FormRow)
    theirs = FormRow.contact_id
    moved_on = exists().where(Ticket.contact_id == theirs, Ticket.opened_at >= FormRow.touched_at)
    another = exists().where(
        other.contact_id == theirs, other.state != FormState.CANCELLED, other.touched_at > FormRow.touched_at
    )
    return (
        FormRow.state.in_(words(FormState.OPEN)),
        FormRow.touched_at <= now - IDLE,
        FormRow.reminded_at.is_(None),
        ~moved_on,
        ~another,
        *surely_silent(theirs),
    )
