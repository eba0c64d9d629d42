"""The agent's place at the desk: a ticket, and a list of the queue with its filters. The address encodes it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import urlencode

from fastapi import Request
from starlette.datastructures import QueryParams

from handoff.models import TicketStatus
from handoff.search.index import read_query
from handoff.tickets.queue import TicketFilter
from infra.storage.columns import LARGEST_ID
from infra.storage.storable import storable_text

Show = Literal["mine", "unassigned", "mentioned", "late", "waiting", "undelivered", "snoozed", "solved"]
SHOWS: tuple[Show, ...] = get_args(Show)
_EXCLUDE: tuple[frozenset[Show], ...] = (
    frozenset({"mine", "unassigned"}),
    frozenset({"late", "waiting", "snoozed", "solved"}),
)
"""Of each group at most one filter is set: a question cannot be both."""
_LONGEST = 64
LONGEST_SEARCH = 200
"""Characters of a search that are read."""
_STATUS = {"waiting": TicketStatus.WAITING, "solved": TicketStatus.SOLVED}


@dataclass(frozen=True, slots=True)
class Place:
    """A list of the queue, a page of it, and the open ticket."""

    shows: tuple[Show, ...] = ()
    """Filters by state, all of which have to be met; none for the whole queue."""
    category: str = ""
    tag: str = ""
    channel: str = ""
    language: str = ""
    agent: int | None = None
    """Holder of the questions."""
    search: str = ""
    """Words that a message of each question contains."""
    page: int = 1
    before: int | None = None
    """Of a later page of a search: the message before which its hits were written."""
    ticket_id: int | None = None

    @property
    def narrowings(self) -> tuple[tuple[str, str | int], ...]:
        """The filters other than those by state that are set, as name and value."""
        named = (
            ("category", self.category),
            ("tag", self.tag),
            ("channel", self.channel),
            ("language", self.language),
        )
        return tuple((name, value) for name, value in (*named, ("agent", self.agent)) if value)

    @property
    def narrowed(self) -> bool:
        """Whether filters other than those by state are set."""
        return bool(self.narrowings)

    @property
    def personal(self) -> bool:
        """Whether each agent has a list of their own here."""
        return "mine" in self.shows or "mentioned" in self.shows

    def ticket_filter(self, agent_id: int) -> TicketFilter:
        """Return the filter of the list for this agent."""
        status = next((_STATUS[show] for show in self.shows if show in _STATUS), None)
        return TicketFilter(
            status,
            agent_id if "mine" in self.shows else self.agent,
            unassigned="unassigned" in self.shows,
            late="late" in self.shows,
            undelivered="undelivered" in self.shows,
            snoozed=self._snoozed,
            category=self.category or None,
            tag=self.tag or None,
            channel=self.channel or None,
            language=self.language or None,
            mentions=agent_id if "mentioned" in self.shows else None,
        )

    @property
    def _snoozed(self) -> bool | None:
        """Whether the list has snoozed questions only; None where it has them among others."""
        if "snoozed" in self.shows:
            return True
        return None if self.search or "undelivered" in self.shows or "solved" in self.shows else False

    def toggle_url(self, show: Show) -> str:
        """Return the address of the queue with this filter set or unset; filters that exclude it are unset."""
        rivals = next((group for group in _EXCLUDE if show in group), frozenset({show}))
        shows = {other for other in self.shows if other not in rivals} | ({show} - set(self.shows))
        return replace(self._first_page(), shows=_ordered(shows)).url(None)

    def everything_url(self) -> str:
        """Return the address of the queue without filters by state."""
        return replace(self._first_page(), shows=()).url(None)

    def widened_url(self) -> str:
        """Return the address of the queue with the filters by state alone."""
        return Place(self.shows, search=self.search).url(None)

    def unsearched_url(self) -> str:
        """Return the address of the queue under the same filters, without the search."""
        return replace(self._first_page(), search="").url(None)

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return bool(self.shows or self.search) or self.narrowed

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the searched words, which texts show marked."""
        return read_query(self.search).stems

    def view_query(self) -> str:
        """Return the filters as the query of an address, without the page."""
        return self._first_page().query()

    def _first_page(self) -> "Place":
        return replace(self, page=1, before=None)

    def page_url(self, page: int) -> str:
        """Return the address of another page of the list."""
        return replace(self, page=page).url(None)

    def before_url(self, message_id: int) -> str:
        """Return the address of the page of the search with older hits."""
        return replace(self, before=message_id).url(None)

    def url(self, ticket_id: int | None) -> str:
        """Return the address of a ticket, or of the queue, under the same filters."""
        where = f"/desk/tickets/{ticket_id}" if ticket_id else "/desk"
        return where + self.query()

    def query(self) -> str:
        """Return the filters and the page as the query of an address, with its question mark; "" for the defaults."""
        terms: list[tuple[str, str | int]] = [("show", show) for show in self.shows]
        terms += self.narrowings
        terms += [("q", self.search)] * bool(self.search)
        terms += [("page", self.page)] * (self.page > 1)
        terms += [("before", self.before or 0)] * (self.before is not None)
        return f"?{urlencode(terms)}" if terms else ""


def read_place(request: Request, ticket_id: int | None = None) -> Place:
    """Read the agent's place from the address; values that no list has are left out."""
    return place_of(request.query_params, ticket_id)


def place_of(query: QueryParams, ticket_id: int | None = None) -> Place:
    """Read the filters and the page from the query of an address, as `read_place`."""
    shows = {show for show in SHOWS if show in query.getlist("show")}
    for group in _EXCLUDE:
        if len(shows & group) > 1:
            shows -= group
    return Place(
        _ordered(shows),
        query.get("category", "")[:_LONGEST],
        storable_text(query.get("tag", "")[:_LONGEST]),
        query.get("channel", "")[:_LONGEST],
        query.get("language", "")[:_LONGEST],
        agent=None if "mine" in shows or "unassigned" in shows else _number(query.get("agent", "")),
        search=storable_text(" ".join(query.get("q", "")[:LONGEST_SEARCH].split())),
        page=_number(query.get("page", "")[:5]) or 1,
        before=_number(query.get("before", "")),
        ticket_id=ticket_id,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 20 and 0 < int(text) <= LARGEST_ID else None


def _ordered(shows: Iterable[Show]) -> tuple[Show, ...]:
    return tuple(show for show in SHOWS if show in set(shows))
