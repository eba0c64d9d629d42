"""Pings about overdue promises, each made once, whichever process finds it first."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, cast, exists, select
from sqlalchemy.orm import Session

from handoff.models import Ticket, TicketStatus
from handoff.tickets.pings.models import Ping, PingKind
from handoff.tickets.pings.service import Pings
from handoff.tickets.promises.models import Promise
from infra.clock import Clock
from infra.storage.columns import without_index


class OverduePings:
    """Finds overdue promises, each within the caller's unit of work, as the caretaker does other due work."""

    def __init__(self, pings: Pings, clock: Clock) -> None:
        self._pings = pings
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of overdue promises that no agent was pinged about, above `after`."""
        number = without_index(Promise.id)
        wanted = select(Promise.id).where(*self._overdue(), number > after).order_by(number).limit(limit)
        return session.scalars(wanted).all()

    def act(self, session: Session, number: int) -> bool:
        """Ping about a promise; return False if it was done already, or is no longer overdue."""
        locked = select(Promise.ticket_id).where(Promise.id == number).with_for_update()
        ticket_id = session.scalar(locked)
        found = session.scalar(select(Promise.id).where(Promise.id == number, *self._overdue()))
        if ticket_id is None or found is None:
            return False
        ticket = session.get_one(Ticket, ticket_id)
        if ticket.status is not TicketStatus.OPEN:
            return False
        self._pings.report_overdue(session, ticket, number)
        return True

    def _overdue(self) -> tuple[ColumnElement[bool], ...]:
        done = exists().where(
            Ping.reference == cast(Promise.id, String),
            Ping.agent_id.is_(None),
            Ping.kind == PingKind.OVERDUE,
            Ping.at >= Promise.due_at,  # otherwise it was about an earlier target of the promise
        )
        return (Promise.outcome.is_(None), Promise.due_at <= self._clock(), ~done)
