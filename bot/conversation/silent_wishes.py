"""Wishes for a person whose contact did not say what it is about: after a while the question opens without words.

The wish is the contact's `expects` together with `last_seen_at`, so it survives a restart, and the contact's next words
end it in their own transaction. Opening is one transaction that begins by clearing `expects` under a condition, as all
consequences of silence (handoff/tickets/reminders/caretaker.py).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Text, exists, literal_column, select, update
from sqlalchemy.orm import Session

from bot.conversation.effects import Effects
from bot.dialogue.expected_reply import MATTER
from bot.dialogue.thread import MOST_OPEN
from handoff.messages.values import Addressee
from handoff.models import LIVE, Contact, Ticket
from handoff.tickets.silence_policy import surely_silent
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.storage.columns import without_index

IDLE = timedelta(minutes=10)
"""How long the contact may take to say what it is about."""
_MATTER: ColumnElement[str] = literal_column(f"'{MATTER}'", Text())


class SilentWishes:
    """Finds such wishes and opens their questions, each within the caller's unit of work."""

    def __init__(self, effects: Effects, bus: Bus, clock: Clock) -> None:
        self._effects = effects
        self._bus = bus
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of contacts whose question is to be opened, above `after`."""
        number = without_index(Contact.id)
        wanted = select(Contact.id).where(*_silent(self._clock()), number > after).order_by(number).limit(limit)
        return session.scalars(wanted).all()

    def act(self, session: Session, number: int) -> bool:
        """Open the question; return False if there is none to open (any more)."""
        contact = session.scalars(select(Contact).where(Contact.id == number).with_for_update()).one_or_none()
        taken = session.execute(
            update(Contact)
            .where(Contact.id == number, *_silent(self._clock()))
            .values(expects=None, version=Contact.version + 1)
            .execution_options(synchronize_session=False)
        )
        if contact is None or not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
            return False
        live = select(Ticket.id).where(Ticket.contact_id == number, Ticket.status.in_(LIVE))
        if len(session.scalars(live).all()) >= MOST_OPEN:
            return False
        language = contact.chosen_language or contact.language
        self._effects.open_wish(
            session, Addressee(contact.id, contact.account, contact.user_id, language, contact.numbered)
        )
        after_commit(session, lambda: self._bus.publish("desk", str(number)))
        return True


def _silent(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the contact said nothing since, and has no newer question that a person holds."""
    opened = exists().where(Ticket.contact_id == Contact.id, Ticket.opened_at >= Contact.last_seen_at)
    return (
        Contact.expects == _MATTER,
        Contact.last_seen_at <= now - IDLE,
        ~opened.correlate(Contact),
        *surely_silent(Contact.id),
    )
