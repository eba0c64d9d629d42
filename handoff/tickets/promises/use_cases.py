"""Making and ending promises. Each use case runs whole within the caller's unit of work.

A ticket has at most one open promise. It begins when the contact starts to wait and ends when the platform has
confirmed the answer, or when no answer is owed any more (docs/decisions/0063).
"""

from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from handoff.models import Ticket
from handoff.tickets.promises.due_times import due_time, next_kind
from handoff.tickets.promises.models import Promise, PromiseKind, PromiseOutcome
from infra.clock import Clock


class Promises:
    """The promises of tickets; each method keeps the ticket's `due_at` in step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def start(self, session: Session, ticket: Ticket, since: datetime) -> None:
        """Promise an answer to a contact who waits `since` then; once it is overdue, they are informed."""
        self._end_unkept(session, ticket)
        kind = next_kind(ticket)
        due = due_time(session, ticket.category, kind, since)
        self._add(session, ticket, kind, since, due)
        ticket.overdue_at = due

    def resume(self, session: Session, ticket: Ticket) -> None:
        """Promise what was promised last, with the same due time, unless that is still open."""
        latest = select(Promise).where(Promise.ticket_id == ticket.id).order_by(Promise.id.desc()).limit(1)
        last = session.scalar(latest)
        if last is None:
            self.start(session, ticket, self._clock())
        elif last.outcome is not None:
            self._add(session, ticket, next_kind(ticket), last.since, last.due_at)

    def keep(self, session: Session, ticket: Ticket, written: datetime) -> None:
        """End the open promise: the platform has confirmed an agent's answer, which was `written` then.

        An answer from before the wait leaves the promise open.
        """
        promise = _open_promise(session, ticket)
        if promise is not None and written < promise.since:
            return
        ticket.due_at = None
        if promise is not None:
            earlier = ticket.first_reply_at if promise.kind is PromiseKind.FIRST else None
            answered = earlier or self._clock()
            promise.outcome = PromiseOutcome.MET if answered <= promise.due_at else PromiseOutcome.MISSED
            promise.ended_at = answered

    def release(self, session: Session, ticket: Ticket) -> None:
        """End the open promise: no answer is owed any more. It is missed if it was due already."""
        self._end_unkept(session, ticket)
        ticket.due_at = None

    def merge(self, session: Session, ticket: Ticket, other: Ticket) -> None:
        """Promise on the ticket what is due first, its own or that of the other, which ends."""
        mine, theirs = _open_promise(session, ticket), _open_promise(session, other)
        other.due_at = None
        if theirs is None:
            return
        self._replace(theirs)
        if mine is None or theirs.due_at < mine.due_at:
            if mine is not None:
                self._replace(mine)
                session.flush()
            self._add(session, ticket, theirs.kind, theirs.since, theirs.due_at)

    def retarget(self, session: Session, ticket: Ticket) -> None:
        """Apply the target of the ticket's new category to its open promise, counted from the start of the wait."""
        promise = _open_promise(session, ticket)
        if promise is None:
            return
        due = due_time(session, ticket.category, promise.kind, promise.since)
        promise.due_at = ticket.due_at = due
        if ticket.overdue_at is not None:
            ticket.overdue_at = due

    def release_contact(self, session: Session, contact_id: int) -> None:
        """End all open promises to a contact."""
        now = self._clock()
        theirs = select(Ticket.id).where(Ticket.contact_id == contact_id)
        overdue = case((Promise.due_at <= now, PromiseOutcome.MISSED), else_=PromiseOutcome.VOID)
        session.execute(
            update(Promise)
            .where(Promise.ticket_id.in_(theirs), Promise.outcome.is_(None))
            .values(outcome=overdue, ended_at=now)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(Ticket)
            .where(Ticket.contact_id == contact_id)
            .values(due_at=None)
            .execution_options(synchronize_session=False)
        )

    def _add(self, session: Session, ticket: Ticket, kind: PromiseKind, since: datetime, due: datetime) -> None:
        session.add(Promise(ticket_id=ticket.id, kind=kind, since=since, due_at=due))
        ticket.due_at = due

    def _end_unkept(self, session: Session, ticket: Ticket) -> None:
        now, promise = self._clock(), _open_promise(session, ticket)
        if promise is not None:
            promise.outcome = PromiseOutcome.MISSED if promise.due_at <= now else PromiseOutcome.VOID
            promise.ended_at = now
            session.flush()  # the ticket may get another one now

    def _replace(self, promise: Promise) -> None:
        promise.outcome, promise.ended_at = PromiseOutcome.VOID, self._clock()


def _open_promise(session: Session, ticket: Ticket) -> Promise | None:
    return session.scalar(select(Promise).where(Promise.ticket_id == ticket.id, Promise.outcome.is_(None)))
