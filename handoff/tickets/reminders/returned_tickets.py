"""Tickets that return to the queue because of their holder's silence.

A claim that its agent neither used nor renewed lapses. A ticket that an agent has worked on returns when its answer is
overdue by an hour and the agent is not at it (handoff/tickets/claims.py).
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from handoff.models import Ticket, TicketStatus, live
from handoff.tickets.claims import OVERDUE, free
from handoff.tickets.ownership.use_cases import Ownership
from handoff.tickets.queue import LOST_ANSWERS
from infra.clock import Clock
from infra.storage.columns import without_index, words


class LapsedClaims:
    """Finds claims that ran out, and records that they did."""

    def __init__(self, ownership: Ownership, clock: Clock) -> None:
        self._ownership = ownership
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of tickets with a lapsed claim, above `after`."""
        claimed = (Ticket.assignee_id.is_not(None), Ticket.touched_at.is_(None), live())
        return _ids(session, (*claimed, free(self._clock())), after, limit)

    def act(self, session: Session, number: int) -> bool:
        """Return the ticket to the queue; return False if its claim was renewed."""
        return self._ownership.lapse(session, number)


class UnattendedTickets:
    """Finds tickets whose owners let an answer become overdue by an hour, and returns them to the queue."""

    def __init__(self, ownership: Ownership, clock: Clock) -> None:
        self._ownership = ownership
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of such tickets, above `after`."""
        now = self._clock()
        overdue = (
            Ticket.touched_at.is_not(None),
            Ticket.status.in_(words(TicketStatus.OPEN)),
            Ticket.due_at <= now - OVERDUE,
            Ticket.claimed_until <= now,
            or_(Ticket.unanswered_since.is_not(None), Ticket.undelivered.in_(LOST_ANSWERS)),
        )
        return _ids(session, overdue, after, limit)

    def act(self, session: Session, number: int) -> bool:
        """Return the ticket to the queue; return False if it is not due (any more)."""
        return self._ownership.return_overdue(session, number)


def _ids(session: Session, where: Sequence[ColumnElement[bool]], after: int, limit: int) -> Sequence[int]:
    number = without_index(Ticket.id)
    return session.scalars(select(Ticket.id).where(*where, number > after).order_by(number).limit(limit)).all()
