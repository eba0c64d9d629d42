"""Queue lists for pages: read and rendered once for all agents who look at the same list.

A live refresh uses what another page fetched since the last change; only the marks are added per agent. An action or a
newly opened page gets the current list.
"""

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy.orm import Session

from handoff.dashboard.content import views
from handoff.dashboard.content.place import Place
from handoff.dashboard.content.views import OwnQueue, QueueView, SharedQueue
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.wording import Words
from handoff.people.agents import AgentView
from handoff.tickets import queue
from handoff.tickets.queue import TicketFilter, TicketView

_FRESH = timedelta(seconds=5)
"""Maximum age of a list: due times are shown by the minute, and a claim expires without a change of its row."""
_MOST_LISTS = 200

_MOST_COUNTS = 500
_MOST_ROWS = 2000
_ROW = re.compile(r'<a id="row-(\d+)" class="row')
"""Start of a row; people's texts are escaped, so no question contains this."""

_List = tuple[Place, int]


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A list that was read after the change `generation`, and its rows in each requested language."""

    generation: int
    queue: SharedQueue
    rows: dict[str, Markup] = field(default_factory=dict)


class Board:
    """Lists of the queue for pages."""

    def __init__(self, parts: DeskParts, pages: Pages) -> None:
        self._database = parts.database.for_pages()
        self._live = parts.live
        self._clock = parts.clock
        self._pages = pages
        self._lists: dict[_List, _Fetched] = {}
        self._locks: dict[_List, asyncio.Lock] = {}
        self._rows: dict[tuple[TicketView, Place, Markup | None, str, int], Markup] = {}
        self._counts: dict[TicketFilter, tuple[datetime, int]] = {}

    async def now(self, place: Place, agent: AgentView, words: Words) -> QueueView:
        """Return the list as it is at this moment."""
        shared = await self._read(place, agent)
        own = await self._own(place, agent, shared)
        return _view(place, agent, shared, own, self._render(place, shared, words))

    async def refresh(self, place: Place, agent: AgentView, words: Words) -> QueueView:
        """Return the list as of the last notified change; the first caller reads and renders it."""
        generation = self._live.generation
        if generation is None:
            return await self.now(place, agent, words)
        name = (replace(place, ticket_id=None), agent.id if place.personal else 0)
        if len(self._locks) > _MOST_LISTS:
            self._locks.clear()
            self._lists.clear()
        async with self._locks.setdefault(name, asyncio.Lock()):
            fetched = self._lists.get(name)
            if fetched is None or fetched.generation < generation or fetched.queue.now < self._clock() - _FRESH:
                generation = self._live.generation or generation
                fetched = self._lists[name] = _Fetched(generation, await self._read(place, agent))
            if words.language not in fetched.rows:
                fetched.rows[words.language] = self._render(place, fetched.queue, words)
        own = await self._own(place, agent, fetched.queue)
        return _view(place, agent, fetched.queue, own, fetched.rows[words.language])

    async def _read(self, place: Place, agent: AgentView) -> SharedQueue:
        now = self._clock()
        return await self._database.read(lambda session: views.shared_queue(session, place, agent.id, now))

    async def _own(self, place: Place, agent: AgentView, shared: SharedQueue) -> OwnQueue:
        return await self._database.read(lambda session: views.own_queue(session, place, agent, shared, self._count))

    def _count(self, session: Session, wanted: TicketFilter) -> int:
        """Count the tickets of a saved view; the figure is shared for as long as a list is."""
        now = self._clock()
        at, count = self._counts.get(wanted, (None, 0))
        if at is None or at < now - _FRESH:
            if len(self._counts) > _MOST_COUNTS:
                self._counts.clear()
            count = queue.count(session, now, wanted)
            self._counts[wanted] = (now, count)
        return count

    def _render(self, place: Place, shared: SharedQueue, words: Words) -> Markup:
        """Render the rows; those that are the same as a moment ago are reused: an action changes one of fifty."""
        here, moment = replace(place, ticket_id=None), int(shared.now.timestamp() / _FRESH.total_seconds())
        if len(self._rows) > _MOST_ROWS:
            self._rows.clear()
        rendered = []
        for row in shared.page.items:
            excerpt = shared.excerpts.get(row.id)
            key = (row, here, excerpt, words.language, moment)
            html = self._rows.get(key)
            if html is None:
                values = {"place": here, "row": row, "excerpt": excerpt, "now": shared.now}
                html = self._rows[key] = self._pages.piece("row.html", words, **values)
            rendered.append(html)
        return Markup('<ol class="rows">\n{}</ol>\n').format(Markup("").join(rendered))


def _view(place: Place, agent: AgentView, shared: SharedQueue, own: OwnQueue, rows: Markup) -> QueueView:
    def mark(row: re.Match[str]) -> str:
        ticket_id = int(row[1])
        current = ' aria-current="true"' if ticket_id == place.ticket_id else ""
        unread = " row-unread" if ticket_id in own.marks.unread else ""
        handed = " row-handed" if ticket_id in own.marks.handed else ""
        named = " row-mentioned" if ticket_id in own.marks.mentioned else ""
        return f'<a id="row-{ticket_id}"{current} class="row{handed}{named}{unread}'

    marked = Markup(_ROW.sub(mark, str(rows)))  # noqa: S704 - our own template
    counts = replace(shared.counts, mine=shared.held.get(agent.id, 0), mentioned=own.mentioned)
    page, before = shared.page, shared.before
    return QueueView(place, page, counts, shared.alarms, shared.now, marked, own.unread, own.saved, before)
