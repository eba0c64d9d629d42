"""Deletion of what has expired, in pieces that are each one short transaction.

A question keeps its row, its promises and its tags: that it was asked, when it was answered, how it was rated. Its
lines go with everything that refers to them, which is found from the schema, so that a table added later is included.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.orm import Session

from handoff.messages.json_columns import load_file
from handoff.models import Contact, Delivery, Draft, DraftFile, FileRow, InboxEvent, InboxState, Message, Ticket
from handoff.people.privacy.erasure import kept_keys, named_keys
from handoff.retention.expired import closed_before, lines_before, lookups_before
from handoff.tickets.request_models import FormRow, FormState
from handoff.webhooks.models import WebhookDelivery
from infra.storage.columns import Base
from infra.storage.rows import table
from knowledge.entries.models import Lookup

LINES = 200
"""Lines that one transaction deletes."""
_EVENTS = 500
_FIGURES = frozenset({"promise", "ticket_tag", "message"})
"""Tables that refer to a question and stay; the lines of a question are gone before."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one transaction did."""

    deleted: int
    """Number of lines, rows or questions."""
    finished: bool
    """Nothing more of the same is left to delete."""
    files: frozenset[str] = frozenset()
    """Keys of files that no row names any more: the caller drops them from the store after the commit."""


def due_questions(session: Session, before: datetime, limit: int) -> list[int]:
    """Return the numbers of expired questions, those that were closed first at the beginning."""
    due = select(Ticket.id).where(*closed_before(before)).order_by(Ticket.updated_at, Ticket.id).limit(limit)
    return list(session.scalars(due))


def empty_question(session: Session, number: int, before: datetime, now: datetime) -> Piece:
    """Delete up to `LINES` lines of a question; with the last ones, mark it as emptied.

    It is unfinished while lines are left. A question that was reopened, or whose contact has an open one, is left as
    it is.
    """
    owner = select(Ticket.contact_id).where(Ticket.id == number).scalar_subquery()
    # Lock the contact first, as every round of the conversation does.
    contact_id = session.scalar(select(Contact.id).where(Contact.id == owner).with_for_update())
    if session.scalar(select(Ticket.id).where(Ticket.id == number, *closed_before(before))) is None:
        return Piece(0, finished=True)
    lines = session.scalars(
        select(Message.id).where(Message.ticket_id == number).order_by(Message.id).limit(LINES)
    ).all()
    files = _delete_lines(session, lines)
    if len(lines) == LINES:
        return Piece(len(lines), finished=False, files=frozenset(files - named_keys(session, files)))
    chosen = select(Draft.id).where(Draft.ticket_id == number)
    files |= set(session.scalars(select(DraftFile.key).where(DraftFile.draft_id.in_(chosen))))
    session.execute(delete(table(DraftFile)).where(table(DraftFile).c.draft_id.in_(chosen)))
    for rows, about in _referring(table(Ticket), [number]):
        if rows.name not in _FIGURES:
            session.execute(delete(rows).where(about))
    done = FormRow.contact_id == contact_id, FormRow.state != FormState.OPEN, FormRow.touched_at < before
    session.execute(delete(FormRow).where(*done).execution_options(synchronize_session=False))
    reported = WebhookDelivery.contact_id == contact_id, WebhookDelivery.created_at < before
    session.execute(delete(WebhookDelivery).where(*reported).execution_options(synchronize_session=False))
    session.execute(
        update(Ticket)
        .where(Ticket.id == number)
        .values(
            emptied_at=now,
            question="",
            rating_comment=None,
            reopen_until=now,
            version=Ticket.version + 1,
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    return Piece(1, finished=True, files=frozenset(files - named_keys(session, files)))


def delete_lines(session: Session, before: datetime) -> Piece:
    """Delete expired lines of conversations with the bot, at most `LINES`."""
    due = (
        select(Message.id, Message.contact_id)
        .where(*lines_before(before))
        .order_by(Message.at, Message.id)
        .limit(LINES)
    )
    found = session.execute(due).all()
    contacts = {contact_id for _, contact_id in found}
    # Contacts who are writing at this moment are left for later.
    locked = select(Contact.id).where(Contact.id.in_(contacts)).order_by(Contact.id).with_for_update(skip_locked=True)
    free = session.scalars(locked).all()
    still = select(Message.id).where(
        Message.id.in_([number for number, _ in found]), Message.contact_id.in_(free), *lines_before(before)
    )
    lines = session.scalars(still).all()
    files = _delete_lines(session, lines)
    done = FormRow.contact_id.in_(free), FormRow.state != FormState.OPEN, FormRow.touched_at < before
    session.execute(delete(FormRow).where(*done).execution_options(synchronize_session=False))
    return Piece(len(lines), finished=not lines, files=frozenset(files - named_keys(session, files)))


def empty_lookups(session: Session, before: datetime, now: datetime) -> Piece:
    """Delete the words of expired lookups and whose they were; what came of them stays."""
    due = session.scalars(select(Lookup.id).where(*lookups_before(before)).order_by(Lookup.at).limit(LINES)).all()
    session.execute(
        update(Lookup)
        .where(Lookup.id.in_(due))
        .values(question="", contact_id=None, emptied_at=now)
        .execution_options(synchronize_session=False)
    )
    return Piece(len(due), finished=len(due) < LINES)


def delete_events(session: Session, before: datetime, after: int) -> tuple[Piece, int]:
    """Delete expired events among those above `after`; return where to go on. Events come in the order of time."""
    page = session.execute(
        select(InboxEvent.id, InboxEvent.state, InboxEvent.received_at)
        .where(InboxEvent.id > after)
        .order_by(InboxEvent.id)
        .limit(_EVENTS)
    ).all()
    expired = [number for number, state, at in page if state is InboxState.DONE and at < before]
    session.execute(delete(InboxEvent).where(InboxEvent.id.in_(expired)).execution_options(synchronize_session=False))
    finished = len(page) < _EVENTS or page[-1].received_at >= before
    return Piece(len(expired), finished), page[-1].id if page else after


def _delete_lines(session: Session, lines: Collection[int]) -> set[str]:
    """Delete lines and all rows that refer to them; return the keys of their files."""
    if not lines:
        return set()
    files = kept_keys(session, FileRow.message_id.in_(lines))
    sent = session.scalars(select(Delivery.file).where(Delivery.message_id.in_(lines), Delivery.file.is_not(None)))
    files |= {file.key for file in map(load_file, sent) if file}
    parts = list(session.scalars(select(Delivery.id).where(Delivery.message_id.in_(lines))))
    known = set(parts)
    while parts:  # edits first, then what they edit
        edits = session.scalars(select(Delivery.id).where(Delivery.edits.in_(parts)))
        parts = [one for one in edits if one not in known]
        known |= set(parts)
    for number in sorted(known, reverse=True):
        session.execute(delete(table(Delivery)).where(table(Delivery).c.id == number))
    for rows, about in _referring(table(Message), lines):
        session.execute(delete(rows).where(about))
    session.execute(delete(table(Message)).where(table(Message).c.id.in_(lines)))
    session.expire_all()
    return files


def _referring(target: Table, ids: Collection[int]) -> Iterable[tuple[Table, ColumnElement[bool]]]:
    """Yield each table with a reference to the rows of `target` that have these ids, and the condition for its rows."""
    for rows in reversed(Base.metadata.sorted_tables):
        for key in rows.foreign_keys:
            if key.column is target.c.id and rows is not target:
                yield rows, key.parent.in_(ids)
