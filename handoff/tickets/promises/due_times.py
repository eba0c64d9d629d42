"""When an answer is due: the target of its category, counted in office hours where these are set."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handoff.models import Ticket
from handoff.tickets.promises.calendar import office_hours
from handoff.tickets.promises.models import PromiseKind, UsualTarget
from knowledge.entries.stored_drafts import targets_of

ANSWER_WITHIN = timedelta(hours=12)
"""Target of questions without a category, and of categories without a target of their own, unless another is set."""


def usual_target(session: Session) -> timedelta:
    """Return the target that holds where a category has none."""
    row = session.get(UsualTarget, 1)
    return timedelta(minutes=row.minutes) if row is not None else ANSWER_WITHIN


def save_usual_target(session: Session, minutes: int | None) -> None:
    """Set the target that holds where a category has none; None for `ANSWER_WITHIN`. Open promises keep theirs."""
    row = session.get(UsualTarget, 1)
    if minutes is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(UsualTarget(id=1, minutes=minutes))
    else:
        row.minutes = minutes
    session.flush()


def due_time(session: Session, category: str | None, kind: PromiseKind, since: datetime) -> datetime:
    """Return when an answer is due to a contact who waits `since` then."""
    targets = targets_of(session, category)
    minutes = targets.first if kind is PromiseKind.FIRST else targets.following
    target, hours = usual_target(session) if minutes is None else timedelta(minutes=minutes), office_hours(session)
    return since + target if hours is None else hours.add(since, target)


def next_kind(ticket: Ticket) -> PromiseKind:
    """Return which answer the ticket's contact waits for."""
    return PromiseKind.FIRST if ticket.first_reply_at is None else PromiseKind.NEXT


def expected_due(session: Session, ticket: Ticket, now: datetime) -> datetime:
    """Return when the contact can expect the answer; once it is overdue, the target counts from now."""
    if ticket.due_at is not None and ticket.due_at > now:
        return ticket.due_at
    return due_time(session, ticket.category, next_kind(ticket), now)
