"""Data of one page, read in one transaction, so that its parts agree."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import BUTTONS_REFUSED, accounts_without_buttons
from handoff.messages import threads
from handoff.models import LIVE, ChannelState, TicketStatus
from handoff.people.agents import AgentView, Staff
from handoff.tickets import queue
from handoff.tickets.queue import Counts, TicketFilter, TicketPage, TicketView

Show = Literal["all", "mine", "unassigned", "late", "waiting", "solved"]
SHOWS: tuple[str, ...] = get_args(Show)


@dataclass(frozen=True, slots=True)
class Place:
    """The agent's place at the desk; the address encodes it."""

    show: str = "all"
    page: int = 1
    ticket_id: int | None = None

    def url(self, ticket_id: int | None) -> str:
        """Return the address of a ticket, or of the queue, under the same filter."""
        where = f"/desk/tickets/{ticket_id}" if ticket_id else "/desk"
        return where + self.query()

    def query(self) -> str:
        terms = [f"show={self.show}"] * (self.show != "all") + [f"page={self.page}"] * (self.page > 1)
        return "?" + "&".join(terms) if terms else ""


@dataclass(frozen=True, slots=True)
class SharedQueue:
    """List of the queue, identical for all agents at the same filter and page."""

    page: TicketPage
    counts: Counts
    """Figures of the filters, without an agent's own."""
    held: dict[int, int]
    """Number of questions that each agent holds, by agent id."""
    alarms: tuple[tuple[str, str], ...]
    """Channel accounts that cannot work at present, each with the reason."""
    now: datetime


@dataclass(frozen=True, slots=True)
class QueueView:
    """The left side of each page."""

    place: Place
    page: TicketPage
    counts: Counts
    alarms: tuple[tuple[str, str], ...]
    now: datetime
    rows: Markup
    """Return the questions of the list, with the selected one marked."""

    @property
    def more(self) -> bool:
        return self.page.more


@dataclass(frozen=True, slots=True)
class ThreadView:
    """The middle and the right side: one ticket, its contact's thread and their other questions."""

    ticket: TicketView
    lines: tuple[threads.Line, ...]
    history: tuple[TicketView, ...]
    same: tuple[TicketView, ...]
    """Waiting tickets of others with the same question."""
    colleagues: tuple[AgentView, ...]
    """Agents to whom the ticket can be handed."""
    now: datetime

    @property
    def live(self) -> bool:
        return self.ticket.status in LIVE


def shared_queue(session: Session, place: Place, agent_id: int, now: datetime) -> SharedQueue:
    """Read the list at `place`; only that of `mine` depends on the agent."""
    match place.show:
        case "mine":
            page = queue.tickets(session, now, TicketFilter(assignee=agent_id), page=place.page)
        case "unassigned":
            page = queue.tickets(session, now, TicketFilter(unassigned=True), page=place.page)
        case "late":
            page = queue.tickets(session, now, TicketFilter(late=True), page=place.page)
        case "waiting":
            page = queue.tickets(session, now, TicketFilter(TicketStatus.WAITING), page=place.page)
        case "solved":
            page = queue.tickets(session, now, TicketFilter(TicketStatus.SOLVED), page=place.page)
        case _:
            page = queue.tickets(session, now, page=place.page)
    problems = select(ChannelState.account, ChannelState.problem).where(ChannelState.problem.is_not(None))
    alarms = tuple((account, problem or "") for account, problem in session.execute(problems))
    alarms += tuple((account, BUTTONS_REFUSED) for account in accounts_without_buttons(session, now))
    counts = queue.counts(session, now, agent_id=0)
    return SharedQueue(page, counts, queue.held_by_agent(session, now), alarms, now)


def thread(session: Session, staff: Staff, ticket_id: int, agent: AgentView, now: datetime) -> ThreadView | None:
    ticket = queue.ticket(session, ticket_id, now)
    if ticket is None:
        return None
    colleagues = tuple(other for other in staff.people(session) if other.id not in {agent.id, ticket.assignee_id})
    return ThreadView(
        ticket=ticket,
        lines=threads.thread(session, ticket.contact_id),
        history=queue.of_contact(session, ticket.contact_id, now),
        same=queue.asked_by_others(session, ticket, now) if ticket.status in LIVE else (),
        colleagues=colleagues,
        now=now,
    )
