"""Estimate of a question's waiting time from recent waits; None where there is too little data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median, quantiles

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.models import Ticket, TicketStatus, live
from handoff.tickets.promises.calendar import office_hours
from handoff.tickets.promises.due_times import ANSWER_WITHIN, due_time
from handoff.tickets.promises.models import PromiseKind
from handoff.tickets.promises.office_times import OfficeTimes, office_times

LATELY = timedelta(days=14)
_LOOKED_AT = 60
"""Number of questions whose waits are considered, the latest ones."""
_SEARCHED = 600
"""Number of questions among which those of the category and the hour are selected."""
_SAME_HOUR = timedelta(hours=2)
"""Largest distance from the present time of day at which a question counts as one of that hour."""
_NOT_YET = timedelta()
FEWEST = 5
"""Waits needed for an estimate; and late questions from which the desk is overloaded."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Half of the questions were answered within `usual`, nine in ten within `bound`."""

    usual: timedelta
    bound: timedelta


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expectation for a question that goes to people now."""

    wait: Wait | None
    """None if too little is known."""
    overloaded: bool
    """The desk is overloaded: half of the waiting questions are late, or the wait exceeds nearly every earlier one."""
    within: timedelta = ANSWER_WITHIN
    """Time until the answer is due."""
    times: OfficeTimes | None = None
    """What to say instead of a length of time, because the office closes before the answer."""


@dataclass(frozen=True, slots=True)
class _Answered:
    category: str | None
    opened: datetime
    replied: datetime

    @property
    def wait(self) -> timedelta:
        return self.replied - self.opened


def outlook_of(
    session: Session,
    category: str | None,
    now: datetime,
    ahead: int | None = None,
    waited: timedelta = _NOT_YET,
    due: datetime | None = None,
) -> Outlook:
    """Estimate the wait of a question of the category, with `ahead` others before it; None counts all that wait.

    For a question that has `waited` already, the waits that lasted longer tell the rest. `due` is when its answer is
    promised; None for a question that is not asked yet.
    """
    due = due or due_time(session, category, PromiseKind.FIRST, now)
    hours, within = office_hours(session), due - now
    answered = _answered(session, now)
    waiting, late = _queue(session, now)
    longer_ones = [replace(one, opened=one.opened + waited) for one in answered if one.wait > waited]
    wait = _fitting(longer_ones, category, now)
    queued = (waiting if ahead is None else ahead) * _pace(answered)
    swamped = late >= FEWEST and 2 * late >= waiting
    if wait is None:
        return Outlook(None, swamped, within, office_times(hours, now, due, None))
    longer = queued > wait.bound and waiting >= FEWEST
    expected = Wait(max(wait.usual, queued), max(wait.bound, queued))
    return Outlook(expected, swamped or longer, within, office_times(hours, now, due, expected.bound))


def expected_wait(session: Session, category: str | None, now: datetime) -> Wait | None:
    """Return the waits of the latest questions for their first answer.

    The first set with enough data is used: the category at this time of day, the category, this time of day, all. None
    if there were too few altogether, or none within `LATELY`.
    """
    return _fitting(_answered(session, now), category, now)


def _answered(session: Session, now: datetime) -> list[_Answered]:
    latest = (
        select(Ticket.category, Ticket.opened_at, Ticket.first_reply_at)
        .where(Ticket.first_reply_at.is_not(None), Ticket.opened_at > now - LATELY)
        .order_by(Ticket.opened_at.desc())
        .limit(_SEARCHED)
    )
    rows = session.execute(latest)
    return [_Answered(category, opened, replied) for category, opened, replied in rows if replied is not None]


def _queue(session: Session, now: datetime) -> tuple[int, int]:
    """Return how many questions wait for an agent to write, and how many of them longer than promised."""
    late = func.count().filter(Ticket.due_at <= now)
    open_ = (live(), Ticket.status == TicketStatus.OPEN, Ticket.unanswered_since.is_not(None))
    row = session.execute(select(func.count(), late).where(*open_)).one()
    return row[0], row[1]


def _fitting(answered: Sequence[_Answered], category: str | None, now: datetime) -> Wait | None:
    same = [one for one in answered if one.category == category] if category is not None else []
    for sample in (_of_this_hour(same, now), same, _of_this_hour(answered, now), answered):
        if len(sample) >= FEWEST:
            return _wait([one.wait for one in sample[:_LOOKED_AT]])
    return None


def _of_this_hour(answered: Sequence[_Answered], now: datetime) -> Sequence[_Answered]:
    day = timedelta(days=1)
    return [one for one in answered if min((now - one.opened) % day, (one.opened - now) % day) <= _SAME_HOUR]


def _wait(waits: Sequence[timedelta]) -> Wait:
    seconds = [wait.total_seconds() for wait in waits]
    bound = quantiles(seconds, n=10, method="inclusive")[8]
    return Wait(timedelta(seconds=median(seconds)), timedelta(seconds=bound))


def _pace(answered: Sequence[_Answered]) -> timedelta:
    """Return the usual time from one first answer to the next; nights weigh no more than one gap among many."""
    replies = sorted(one.replied for one in answered[:_LOOKED_AT])
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(replies)]
    return timedelta(seconds=median(gaps) if len(gaps) >= FEWEST else 0.0)
