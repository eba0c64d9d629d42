"""Notices of overdue answers: each contact is informed once for each wait, with a new estimate.

The moment is a column of the ticket (docs/decisions/0012). An answer that arrives or the closing of the ticket clears
it. A notice is one transaction that begins by clearing it under a condition, as all consequences of silence
(handoff/tickets/reminders/caretaker.py). It waits while an agent has the ticket in hand or an answer is being sent.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import RichText
from handoff.models import Contact, Ticket, TicketStatus
from handoff.tickets import queue
from handoff.tickets.promises.due_times import expected_due
from handoff.tickets.silence_policy import answer_underway, surely_silent
from handoff.tickets.wait_estimate import Outlook, outlook_of
from handoff.words import CONTACT_WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.storage.columns import without_index

Forecast = Callable[[str, Outlook], Sequence[str]]
"""Returns the sentences about the expected wait in a language."""


class OverdueNotices:
    """Finds overdue questions and informs their contacts, each within the caller's unit of work."""

    def __init__(self, outbox: Outbox, bus: Bus, clock: Clock, forecast: Forecast) -> None:
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._forecast = forecast

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of tickets whose contacts are to be informed, above `after`."""
        number = without_index(Ticket.id)
        wanted = select(Ticket.id).where(*_overdue(self._clock()), number > after).order_by(number).limit(limit)
        return session.scalars(wanted).all()

    def act(self, session: Session, number: int) -> bool:
        """Inform the contact; return False if there is nothing to say (any more)."""
        now = self._clock()
        owner = select(Ticket.contact_id).where(Ticket.id == number).scalar_subquery()
        # Lock the contact first, as every round of the conversation does, to avoid deadlocks.
        contact = session.scalars(select(Contact).where(Contact.id == owner).with_for_update()).one_or_none()
        taken = session.execute(
            update(Ticket)
            .where(Ticket.id == number, *_overdue(now))
            .values(overdue_at=None)
            .execution_options(synchronize_session=False)
        )
        if contact is None or not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
            return False
        if contact.unreachable:
            return False
        ticket = session.get_one(Ticket, number, populate_existing=True)
        contact.version += 1
        language = contact.chosen_language or contact.language or ticket.language
        waited = now - (ticket.waiting_since or ticket.opened_at)
        ahead, due = queue.ahead(session, number), expected_due(session, ticket, now)
        outlook = outlook_of(session, ticket.category, now, ahead, waited, due)
        sorry = CONTACT_WORDS.text(
            language, "There is no answer to your question #{number} yet. We are sorry for the wait.", number=number
        )
        words = "\n".join((sorry, *self._forecast(language, outlook)))
        self._outbox.post(session, contact, OutgoingMessage(RichText(words), ticket_id=number))
        contact_id = str(contact.id)  # the session's rows cannot be read once its unit of work is over
        after_commit(session, lambda: self._bus.publish("desk", contact_id))
        return True


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the contact still waits, and that no agent is answering."""
    return (
        Ticket.overdue_at <= now,
        Ticket.status == TicketStatus.OPEN,
        or_(Ticket.claimed_until.is_(None), Ticket.claimed_until <= now),
        ~answer_underway(),
        *surely_silent(Ticket.contact_id),
    )
