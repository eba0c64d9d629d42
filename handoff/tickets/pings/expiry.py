"""Deletion of old pings, as the caretaker does other due work."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, String, cast, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from handoff.tickets.pings.models import Ping
from handoff.tickets.promises.models import Promise
from infra.clock import Clock

KEPT = timedelta(days=7)
"""How long a ping is kept; the row that marks an open promise as processed stays as long as that is open."""


class ExpiredPings:
    """Deletes expired pings, each within the caller's unit of work.

    The last row stays: SQLite would give its number to the next ping, and pages ask for what is new by number.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of expired pings above `after`; they are at the beginning of the table."""
        expired = select(Ping.id).where(*self._expired(), Ping.id > after)
        return session.scalars(expired.order_by(Ping.id).limit(limit)).all()

    def act(self, session: Session, number: int) -> bool:
        """Delete an expired ping; return False if it is gone or has not expired."""
        expired = delete(Ping).where(Ping.id == number, *self._expired()).execution_options(synchronize_session=False)
        return bool(session.execute(expired).rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows

    def _expired(self) -> tuple[ColumnElement[bool], ...]:
        later = aliased(Ping)
        last = select(func.max(later.id)).scalar_subquery()
        is_open = exists().where(
            Promise.ticket_id == Ping.ticket_id, Promise.outcome.is_(None), cast(Promise.id, String) == Ping.reference
        )
        return (Ping.at < self._clock() - KEPT, Ping.id < last, or_(Ping.agent_id.is_not(None), ~is_open))
