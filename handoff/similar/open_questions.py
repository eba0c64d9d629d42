"""Open questions of other contacts that ask the same, over the whole queue: an index that follows the database."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import LIVE, Ticket, TicketStatus, live
from handoff.similar.word_index import WordIndex
from handoff.tickets import queue
from handoff.tickets.queue import TicketView
from infra.clock import Clock
from infra.database import Database

OVERLAP = timedelta(minutes=1)
"""Longest time from a row's moment to its commit: rows of this time are read again."""
_MOST_READ = 200_000
"""Open tickets that are indexed, the newest ones."""
MOST_SHOWN = 50

_Row = tuple[int, TicketStatus, str, str]


class OpenQuestions:
    """The open questions of this process's database; built at the first use, and brought up to date at each."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._index = WordIndex()
        self._read_at: datetime | None = None
        self._following = asyncio.Lock()

    async def same_as(self, ticket: TicketView) -> tuple[TicketView, ...]:
        """Return other contacts' open tickets with the same question, by due time; read from the database now."""
        async with self._following:
            await self._follow()
            numbers = await asyncio.to_thread(self._index.find_same, ticket.question, ticket.language)
        return await self._database.read(lambda session: self._views(session, ticket, numbers))

    async def _follow(self) -> None:
        """Read the tickets that changed; all of them at first, and if the clock was set back."""
        now, since = self._clock(), self._read_at
        if since is not None and since > now:
            self._index, since = WordIndex(), None
        rows = await self._database.read(lambda session: _changed(session, since))
        await asyncio.to_thread(self._take, rows)
        self._read_at = now

    def _take(self, rows: list[_Row]) -> None:
        for number, status, question, language in rows:
            if status in LIVE:
                self._index.put(number, question, language)
            else:
                self._index.drop(number)

    def _views(self, session: Session, ticket: TicketView, numbers: tuple[int, ...]) -> tuple[TicketView, ...]:
        found = queue.live_tickets(session, numbers, self._clock())
        others = [view for view in found if view.contact_id != ticket.contact_id and view.question]
        return tuple(others[:MOST_SHOWN])


def _changed(session: Session, since: datetime | None) -> list[_Row]:
    wanted = select(Ticket.id, Ticket.status, Ticket.question, Ticket.language).order_by(Ticket.id.desc())
    if since is None:
        wanted = wanted.where(live()).limit(_MOST_READ)
    else:
        wanted = wanted.where(Ticket.updated_at > since - OVERLAP)
    return [(number, status, question, language) for number, status, question, language in session.execute(wanted)]
