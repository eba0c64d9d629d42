"""What has expired: the conditions, and how much it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from handoff.models import LIVE, FileRow, Message, Ticket
from handoff.retention.rules import Retention, moment
from infra.storage.columns import words
from knowledge.entries.models import Lookup

COUNTED = 5_000
"""Up to this number is counted."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Expired:
    """Numbers of what has expired."""

    questions: int = 0
    files: int = 0
    """Files of these questions."""
    lines: int = 0
    """Lines of conversations with the bot."""
    more: bool = False
    """There is more than was counted."""

    def __bool__(self) -> bool:
        return bool(self.questions or self.lines)


def count_expired(session: Session, retention: Retention, now: datetime) -> Expired:
    """Count what would be deleted now, page by page; `COUNTED` bounds the time that it takes."""
    questions = files = lines = 0
    before = moment(retention.questions, now)
    if before is not None:
        for page in _pages(session, Ticket.updated_at, Ticket.id, closed_before(before)):
            theirs = select(func.count()).select_from(FileRow).join(Message, Message.id == FileRow.message_id)
            questions += len(page)
            files += session.scalar(theirs.where(Message.ticket_id.in_(page))) or 0
    before = moment(retention.conversations, now)
    if before is not None:
        lines = sum(map(len, _pages(session, Message.at, Message.id, lines_before(before))))
    return Expired(questions, files, lines, more=questions >= COUNTED or lines >= COUNTED)


def closed_before(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Condition for questions that expired: closed, unchanged since, and none of their contact's is open."""
    return (
        Ticket.updated_at < before,
        Ticket.emptied_at.is_(None),
        ~Ticket.status.in_(words(*LIVE)),
        ~has_live_ticket(Ticket.contact_id),
    )


def lines_before(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Condition for lines of conversations with the bot that expired."""
    return (Message.at < before, Message.ticket_id.is_(None), ~has_live_ticket(Message.contact_id))


def lookups_before(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Condition for looked-up questions whose words expired."""
    return (Lookup.at < before, Lookup.emptied_at.is_(None), ~has_live_ticket(Lookup.contact_id))


def has_live_ticket(contact: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Condition that a question of the contact in this column is open."""
    other = aliased(Ticket)
    return exists().where(other.contact_id == contact, other.status.in_(words(*LIVE)))


def _pages(
    session: Session,
    at: InstrumentedAttribute[datetime],
    number: InstrumentedAttribute[int],
    conditions: tuple[ColumnElement[bool], ...],
) -> Iterator[list[int]]:
    """Yield the numbers of the rows that meet the conditions, oldest first, up to `COUNTED`."""
    last: tuple[datetime, int] | None = None
    for _ in range(COUNTED // _PAGE):
        later = () if last is None else (tuple_(at, number) > tuple_(*map(literal, last)),)
        page = session.execute(select(at, number).where(*conditions, *later).order_by(at, number).limit(_PAGE)).all()
        if not page:
            return
        yield [row[1] for row in page]
        last = page[-1][0], page[-1][1]
