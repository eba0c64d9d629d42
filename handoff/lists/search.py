"""Search of tickets by the words of their messages, newest message first, under the filters of the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.models import Message, MessageKind, Ticket
from handoff.search.index import SearchQuery, find
from handoff.tickets.queue import PAGE, TicketFilter, TicketView, conditions, view_of, view_rows
from infra.storage.columns import LARGEST_ID

_HITS = 200
"""Messages that are read at once."""
_MOST_HITS = 4000
"""Messages that are read for a page: a rare filter over a frequent word continues on the next page."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket with the newest of its messages that contains the words."""

    ticket: TicketView
    message_id: int
    text: str


@dataclass(frozen=True, slots=True)
class HitPage:
    """One page of a search."""

    hits: tuple[Hit, ...]
    before: int | None
    """The next page has hits before this message; None if there is nothing older."""


def search_tickets(
    session: Session, now: datetime, wanted: TicketFilter, query: SearchQuery, before: int | None = None
) -> HitPage:
    """Return tickets under the filter with a message that contains every word, among those before message `before`.

    A message without a ticket leads to its contact's latest one.
    """
    found: dict[int, Hit] = {}
    unfit: set[int] = set()
    last, read = before or LARGEST_ID, 0
    while read < _MOST_HITS:
        ids = find(session, query, before=last, most=_HITS)
        lines = _lines(session, ids)
        new = {line.ticket_id for line in lines} - found.keys() - unfit
        views = _views(session, now, wanted, new)
        unfit |= new - views.keys()
        for line in lines:
            if line.ticket_id in views and line.ticket_id not in found:
                if len(found) == PAGE:
                    return HitPage(tuple(found.values()), last)
                found[line.ticket_id] = Hit(views[line.ticket_id], line.message_id, line.text)
            last = line.message_id
        read += len(ids)
        if len(ids) < _HITS:
            return HitPage(tuple(found.values()), None)
        last = ids[-1]
    return HitPage(tuple(found.values()), last)


@dataclass(frozen=True, slots=True)
class _Line:
    message_id: int
    ticket_id: int
    text: str


def _lines(session: Session, ids: Sequence[int]) -> list[_Line]:
    """Return the messages with their tickets, in the order of `ids`."""
    if not ids:
        return []
    latest = select(func.max(Ticket.id)).where(Ticket.contact_id == Message.contact_id).scalar_subquery()
    wanted = select(
        Message.id, func.coalesce(Message.ticket_id, latest).label("ticket"), Message.kind, Message.text
    ).where(Message.id.in_(ids))
    rows = {row.id: row for row in session.execute(wanted)}
    ordered = [rows[message_id] for message_id in ids if message_id in rows]
    return [
        _Line(row.id, row.ticket, "" if row.kind is MessageKind.EVENT else row.text)
        for row in ordered
        if row.ticket is not None
    ]


def _views(session: Session, now: datetime, wanted: TicketFilter, ids: set[int]) -> dict[int, TicketView]:
    if not ids:
        return {}
    rows = session.execute(view_rows().where(Ticket.id.in_(ids), *conditions(wanted, now, closed=True)))
    return {row[0].id: view_of(*row, now) for row in rows}
