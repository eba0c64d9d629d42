"""The setting: for how many days things are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handoff.retention.models import RetentionRow

FEWEST_DAYS, MOST_DAYS = 7, 3650
"""Platforms repeat events for a day, and contacts reopen questions for some: fewer days would lose what is in use."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which things are kept; None for no limit."""

    questions: int | None = None
    """Texts and files of a question, after it was closed and last changed."""
    conversations: int | None = None
    """Lines outside of questions, questions that were looked up, and events as they were received."""


def read_retention(session: Session) -> Retention:
    """Return what is set."""
    row = session.get(RetentionRow, 1)
    return Retention(row.question_days, row.conversation_days) if row is not None else Retention()


def save_retention(session: Session, retention: Retention) -> None:
    """Set how long things are kept. Raises ValueError for days out of bounds."""
    for days in (retention.questions, retention.conversations):
        if days is not None and not FEWEST_DAYS <= days <= MOST_DAYS:
            raise ValueError("the days are out of bounds")
    row = session.get(RetentionRow, 1) or RetentionRow(id=1)
    row.question_days, row.conversation_days = retention.questions, retention.conversations
    session.add(row)
    session.flush()


def parse_days(text: str) -> int | None:
    """Return the days of a typed number; None for no limit, which is nothing or 0.

    Raises:
        ValueError: it is no whole number, or out of bounds.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        raise ValueError("not a number of days")
    days = int(text)
    if days and not FEWEST_DAYS <= days <= MOST_DAYS:
        raise ValueError("the days are out of bounds")
    return days or None


def moment(days: int | None, now: datetime) -> datetime | None:
    """Return the moment before which things have expired; None without a limit."""
    return now - timedelta(days=days) if days is not None else None
