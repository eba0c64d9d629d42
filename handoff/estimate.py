"""How long a question will probably wait, from how long others lately did. Says nothing where it cannot know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Ticket

LATELY = timedelta(days=14)
_LOOKED_AT = 60
"""Questions whose waits are considered, the latest ones."""
FEWEST = 5
"""Waits from which anything can be said."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Half of the questions were answered within `usual`, nine in ten within `bound`."""

    usual: timedelta
    bound: timedelta


def expected_wait(session: Session, category: str | None, now: datetime) -> Wait | None:
    """What the latest questions of the category waited for their first answer; those of all where it had too few.

    None where there were too few altogether, or none within `LATELY`.
    """
    return _wait(_waits(session, category, now)) or (_wait(_waits(session, None, now)) if category else None)


def _waits(session: Session, category: str | None, now: datetime) -> list[timedelta]:
    answered = select(Ticket.opened_at, Ticket.first_reply_at).where(
        Ticket.first_reply_at.is_not(None), Ticket.opened_at > now - LATELY
    )
    if category is not None:
        answered = answered.where(Ticket.category == category)
    rows = session.execute(answered.order_by(Ticket.id.desc()).limit(_LOOKED_AT))
    return [replied - opened for opened, replied in rows if replied is not None]


def _wait(waits: Sequence[timedelta]) -> Wait | None:
    if len(waits) < FEWEST:
        return None
    seconds = [wait.total_seconds() for wait in waits]
    bound = quantiles(seconds, n=10, method="inclusive")[8]
    return Wait(timedelta(seconds=median(seconds)), timedelta(seconds=bound))
