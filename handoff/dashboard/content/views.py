"""Data of one page, read in one transaction, so that its parts agree."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from handoff.dashboard.content.contact_card import ContactCard, contact_card
from handoff.dashboard.content.place import Place, place_of
from handoff.deliveries.new_rows import BUTTONS_REFUSED, accounts_without_buttons
from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box, DraftView
from handoff.labels.labelling import tag_names
from handoff.lists import unread
from handoff.lists.handover_notes import HandoverView, handovers_of
from handoff.lists.saved_views import ViewOfQueue, list_views
from handoff.lists.search import HitPage, search_tickets
from handoff.lists.unread import LatestLines, Marks
from handoff.messages import threads
from handoff.messages.threads import Line, ThreadPage
from handoff.models import LIVE, ChannelState, DeliveryState, MessageKind
from handoff.people.agents import AgentView, Staff
from handoff.search.highlight import excerpt
from handoff.search.index import read_query
from handoff.tickets import queue
from handoff.tickets.ownership.availability import absent_agents
from handoff.tickets.ownership.handovers import RequestView, requests_for
from handoff.tickets.queue import Counts, TicketFilter, TicketPage, TicketView
from handoff.webhooks.registry import WEBHOOK_OFF, disabled_hosts
from knowledge.entries.repository import all_titles, category_titles


@dataclass(frozen=True, slots=True)
class SharedQueue:
    """List of the queue, identical for all agents at the same filter and page."""

    page: TicketPage
    counts: Counts
    """Figures of the filters, without an agent's own."""
    held: dict[int, int]
    """Number of questions that each agent holds, by agent id."""
    alarms: tuple[tuple[str, str], ...]
    """Channel accounts that cannot work at present, and webhooks that are switched off, each with the reason."""
    latest: LatestLines
    """Lines that may be new to an agent."""
    now: datetime
    excerpts: Mapping[int, Markup]
    """Of a search: the words of each question's hit, by ticket."""
    before: int | None
    """Of a search: where its next page starts; None if there is none."""


@dataclass(frozen=True, slots=True)
class SavedList:
    """A saved view as a filter above the queue."""

    view: ViewOfQueue
    count: int | None
    """None for a search, which is not counted."""
    current: bool
    """It is the list that the page shows."""


@dataclass(frozen=True, slots=True)
class OwnQueue:
    """What only one agent sees of a list."""

    marks: Marks
    unread: int
    """Number of unread questions that the agent holds."""
    saved: tuple[SavedList, ...]
    mentioned: int
    """Number of questions with a note that names the agent."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """The left side of each page."""

    place: Place
    page: TicketPage
    counts: Counts
    alarms: tuple[tuple[str, str], ...]
    now: datetime
    rows: Markup
    """The questions of the list, with the selected and the unread ones marked."""
    unread: int
    saved: tuple[SavedList, ...]
    before: int | None
    """Of a search: where its next page starts; None if there is none."""

    @property
    def more(self) -> bool:
        return self.page.more


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines in a row that show as one, which opens: what the bot wrote, and events."""

    lines: tuple[Line, ...]

    @property
    def id(self) -> int:
        """The number of its first line, which it keeps as it grows."""
        return self.lines[0].id

    @property
    def at(self) -> datetime:
        return self.lines[0].at

    @property
    def messages(self) -> int:
        """How many of the lines the bot wrote; the others are events."""
        return sum(line.kind is MessageKind.OUTGOING for line in self.lines)


def fold_lines(lines: Sequence[Line]) -> tuple[Line | Fold, ...]:
    """Fold runs of at least two lines that agents seldom need: sent words of the bot, and events, of one day (UTC)."""
    items: list[Line | Fold] = []
    for (folds, _), run in groupby(lines, lambda line: (_folds(line), line.at.date())):
        found = tuple(run)
        items += [Fold(found)] if folds and len(found) > 1 else found
    return tuple(items)


def _folds(line: Line) -> bool:
    sent = all(part.state is DeliveryState.SENT for part in line.deliveries)
    return line.kind is MessageKind.EVENT or (line.kind is MessageKind.OUTGOING and not line.by_agent and sent)


@dataclass(frozen=True, slots=True)
class ThreadView:
    """The middle and the right side: one ticket, its contact's thread and their other questions."""

    ticket: TicketView
    page: ThreadPage
    before: int | None
    """Message that the page ends before; None for the latest lines."""
    colleagues: tuple[AgentView, ...]
    """Agents to whom the ticket can be handed."""
    seen: int | None
    """Id of the last line that the agent saw before; None if they never looked at the ticket."""
    away: frozenset[int]
    """Those of the colleagues who would not see the ticket at once."""
    requests: tuple[RequestView, ...]
    """Colleagues' requests for it."""
    handovers: dict[int, HandoverView]
    """Addressees of notes that were written with a transfer, by the note's id."""
    categories: Mapping[str, Mapping[str, str]]
    """The titles of each category by language, in order."""
    tags: tuple[str, ...]
    """The tags that tickets have."""
    now: datetime
    mentions: dict[int, frozenset[int]]
    """Agents whom notes name, by the note's id."""
    people: tuple[AgentView, ...]
    """Everybody at the desk."""
    kept: DraftView | None
    """What the agent left in the reply box."""
    card: ContactCard | None = None
    """The right side, if it was read."""

    @property
    def live(self) -> bool:
        return self.ticket.status in LIVE

    @property
    def items(self) -> tuple[Line | Fold, ...]:
        """The lines, with runs of the bot's words and of events folded."""
        return fold_lines(self.page.lines)

    @property
    def pictures(self) -> dict[int, str]:
        """The pictures of agents who have one."""
        return {one.id: one.picture for one in self.people if one.picture}

    @property
    def question(self) -> Line | None:
        """The ticket's own question, if the lines do not show it."""
        return self.page.question


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What the queue can be narrowed to, each as a value and its words."""

    channels: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, str], ...]
    agents: tuple[tuple[int, str], ...]
    tags: tuple[tuple[str, str], ...]


def filter_choices(session: Session, staff: Staff, language: str) -> FilterChoices:
    """Return the channels, categories, agents and tags there are, in the reader's language."""
    accounts = session.scalars(select(ChannelState.account).order_by(ChannelState.account))
    return FilterChoices(
        channels=tuple((account, account) for account in accounts),
        categories=category_titles(session, language),
        agents=tuple((agent.id, agent.name) for agent in staff.people(session)),
        tags=tuple((name, name) for name in tag_names(session)),
    )


def shared_queue(session: Session, place: Place, agent_id: int, now: datetime) -> SharedQueue:
    """Read the list at `place`; only that of an agent's own questions depends on the agent."""
    wanted, hits = place.ticket_filter(agent_id), HitPage((), None)
    if place.search:
        query = read_query(place.search)
        hits = search_tickets(session, now, wanted, query, place.before)
        page = TicketPage(tuple(hit.ticket for hit in hits.hits), len(hits.hits), more=hits.before is not None)
    else:
        page = queue.tickets(session, now, wanted, page=place.page)
    excerpts = {hit.ticket.id: excerpt(hit.text, place.stems) for hit in hits.hits if hit.text}
    problems = select(ChannelState.account, ChannelState.problem).where(ChannelState.problem.is_not(None))
    alarms = tuple((account, problem or "") for account, problem in session.execute(problems))
    alarms += tuple((account, BUTTONS_REFUSED) for account in accounts_without_buttons(session, now))
    alarms += tuple((host, WEBHOOK_OFF) for host in disabled_hosts(session))
    counts = queue.counts(session, now)
    latest = unread.latest_lines(session, [row.id for row in page.items])
    held = queue.held_by_agent(session, now)
    return SharedQueue(page, counts, held, alarms, latest, now, excerpts, hits.before)


def own_queue(
    session: Session, place: Place, agent: AgentView, shared: SharedQueue, count: Callable[[Session, TicketFilter], int]
) -> OwnQueue:
    """Read what only this agent sees; `count` counts the tickets of a saved view."""
    holders = {row.id: row.assignee_id for row in shared.page.items if row.id != place.ticket_id}
    here = place.view_query()
    return OwnQueue(
        unread.marks(session, agent.id, holders, shared.latest),
        unread.count_unread(session, agent.id, shared.now, besides=place.ticket_id),
        tuple(
            SavedList(view, None if saved.search else count(session, saved.ticket_filter(agent.id)), view.query == here)
            for view in list_views(session, agent)
            for saved in (place_of(QueryParams(view.query.removeprefix("?"))),)
        ),
        queue.count(session, shared.now, TicketFilter(mentions=agent.id, snoozed=False)),
    )


def thread(
    session: Session, staff: Staff, ticket_id: int, agent: AgentView, now: datetime, before: int | None = None
) -> ThreadView | None:
    """Read a ticket and a page of its contact's thread; None if there is no such ticket."""
    ticket = queue.ticket(session, ticket_id, now)
    if ticket is None:
        return None
    people = staff.people(session)
    colleagues = tuple(other for other in people if other.id not in {agent.id, ticket.assignee_id})
    return ThreadView(
        ticket=ticket,
        page=threads.thread_page(session, ticket.contact_id, ticket_id, before),
        before=before,
        colleagues=colleagues,
        seen=unread.last_seen(session, agent.id, ticket_id),
        away=absent_agents(session, now),
        requests=requests_for(session, ticket_id) if ticket.assignee_id else (),
        handovers=handovers_of(session, ticket.contact_id),
        categories=all_titles(session),
        tags=tag_names(session),
        now=now,
        mentions=unread.mentions_of(session, ticket.contact_id),
        people=people,
        kept=drafts.find(session, Box(agent.id, ticket_id)),
    )


def with_card(session: Session, view: ThreadView) -> ThreadView:
    """Add the right side."""
    return replace(view, card=contact_card(session, view.ticket, view.now))
