"""Snoozing: the holder leaves a ticket out of the queue until a time, or until its contact writes.

A snooze is a moment on the ticket and no status: the due time runs on, and the contact notices nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.errors import BadTimeError
from handoff.models import LIVE, Ticket
from handoff.tickets.claims import end_snooze, is_to_wake
from handoff.tickets.journal import Journal
from handoff.tickets.ownership.use_cases import Ownership
from infra.clock import Clock
from infra.storage.columns import without_index

SNOOZED, WOKEN, ENDED = "snoozed", "woken", "snooze_ended"
"""Events: snoozed by its holder, with the time in ISO format if there is one; back by itself; back by its holder."""
LONGEST = timedelta(days=366)


class Snoozing:
    """Snoozes and their end. Each use case runs whole within the caller's unit of work, or raises."""

    def __init__(self, clock: Clock, journal: Journal, ownership: Ownership) -> None:
        self._clock = clock
        self._journal = journal
        self._ownership = ownership

    def snooze(self, session: Session, ticket_id: int, agent_id: int, until: datetime | None) -> None:
        """Leave the ticket out of the queue until this time, or with None until its contact writes.

        It stays with the agent; a free ticket becomes theirs.

        Raises:
            BadTimeError: the time is past, or more than `LONGEST` away.
            NotFoundError, HeldError, ClosedError: as `Ownership.claim`.
        """
        now = self._clock()
        if until is not None and not now < until <= now + LONGEST:
            raise BadTimeError("give a time in the future, at most a year ahead")
        ticket = self._ownership.hold(session, ticket_id, agent_id)
        ticket.snoozed_at, ticket.snoozed_until = now, until
        self._ownership.touch(ticket, agent_id)
        self._journal.event(session, ticket, f"{SNOOZED} {until.isoformat()}" if until else SNOOZED, agent_id)

    def end(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Put the ticket back into the queue on its holder's decision. Raises as `Ownership.claim` does."""
        ticket = self._ownership.hold(session, ticket_id, agent_id)
        if ticket.snoozed_at is not None:
            end_snooze(ticket)
            self._journal.event(session, ticket, ENDED, agent_id)

    def wake(self, session: Session, ticket: Ticket) -> bool:
        """Put a snoozed ticket back into the queue because its contact writes; return False if it is not snoozed.

        It is unread for its holder, who has a claim's length to answer it.
        """
        if ticket.assignee_id is None:
            return False
        session.flush()  # which locks the row
        session.refresh(ticket)
        return self._wake(session, ticket)

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of tickets whose time has come, above `after`."""
        number = without_index(Ticket.id)
        wanted = select(Ticket.id).where(is_to_wake(self._clock()), number > after)
        return session.scalars(wanted.order_by(number).limit(limit)).all()

    def act(self, session: Session, number: int) -> bool:
        """Wake a ticket whose time has come; return False if it has not (any more)."""
        ticket = session.get(Ticket, number, populate_existing=True, with_for_update=True)
        if ticket is None or ticket.snoozed_until is None or ticket.snoozed_until > self._clock():
            return False
        return ticket.status in LIVE and self._wake(session, ticket)

    def _wake(self, session: Session, ticket: Ticket) -> bool:
        if ticket.snoozed_at is None:
            return False
        end_snooze(ticket)
        if ticket.assignee_id is not None:
            self._ownership.prolong(ticket)
        self._journal.event(session, ticket, WOKEN, ticket.assignee_id)
        return True
