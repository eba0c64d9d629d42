"""Queue lists for pages: read and rendered once for all agents who look at the same list.

A live refresh uses what another page fetched since the last change; only the marks are added per agent. An action or a
newly opened page gets the current list.
"""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

from markupsafe import Markup

from handoff.dashboard import views
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.views import Place, QueueView, SharedQueue
from handoff.dashboard.wording import Words
from handoff.people.agents import AgentView

_FRESH = timedelta(seconds=5)
"""Maximum age of a list: due times are shown by the minute, and a claim expires without a change of its row."""
_MOST_LISTS = 200

_List = tuple[str, int, int]


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

    async def now(self, place: Place, agent: AgentView, words: Words) -> QueueView:
        """Return the list as it is at this moment."""
        shared = await self._read(place, agent)
        return _view(place, agent, shared, self._render(place, shared, words))

    async def refresh(self, place: Place, agent: AgentView, words: Words) -> QueueView:
        """Return the list as of the last notified change; the first caller reads and renders it."""
        generation = self._live.generation
        if generation is None:
            return await self.now(place, agent, words)
        name = (place.show, place.page, agent.id if place.show == "mine" else 0)
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
        return _view(place, agent, fetched.queue, fetched.rows[words.language])

    async def _read(self, place: Place, agent: AgentView) -> SharedQueue:
        now = self._clock()
        return await self._database.read(lambda session: views.shared_queue(session, place, agent.id, now))

    def _render(self, place: Place, shared: SharedQueue, words: Words) -> Markup:
        return self._pages.piece("rows.html", words, place=place, rows=shared.page.items, now=shared.now)


def _view(place: Place, agent: AgentView, shared: SharedQueue, rows: Markup) -> QueueView:
    here = f'<a id="row-{place.ticket_id}"'  # people's texts are escaped, so no question contains this
    marked = Markup(str(rows).replace(here, here + ' aria-current="true"', 1))  # noqa: S704 - our own template
    counts = replace(shared.counts, mine=shared.held.get(agent.id, 0))
    return QueueView(place, shared.page, counts, shared.alarms, shared.now, marked)
