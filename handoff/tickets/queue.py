"""Queries of the queue: waiting questions, their order and their holders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from handoff.models import (
    FORGOTTEN,
    LIVE,
    Agent,
    AgentSession,
    Contact,
    DeliveryState,
    Message,
    MessageKind,
    Tag,
    Ticket,
    TicketStatus,
    TicketTag,
    is_undelivered,
    live,
    tag_key,
)
from handoff.tickets.claims import free, holds, is_awake, is_held, is_snoozed, lapses_at, snoozes
from handoff.tickets.mentions.models import Mention
from handoff.tickets.silence_policy import reopenable

PAGE = 50
COUNTED = 1000
"""Tickets of a list that are counted; above it, the exact number does not matter."""
AT_THE_DESK = timedelta(minutes=15)
"""An agent who opened a page of the desk within this time counts as present."""
LOST_ANSWERS = (DeliveryState.MAYBE, DeliveryState.FAILED)
"""States of an answer that need an agent again."""
_BETWEEN_TAGS = "\n"
FOR_ANOTHER = timedelta(hours=4)
"""How long a reopened question is withheld from the agent who had it."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """One row of the queue."""

    id: int
    status: TicketStatus
    question: str
    channel: str
    """The channel account, e.g. `vk:main`."""
    contact_id: int
    contact_name: str
    contact_user_id: str
    unreachable: str | None
    assignee_id: int | None
    """Current holder of the ticket; None also if a claim's lease expired."""
    assignee: str | None
    category: str | None
    language: str
    reason: str
    opened_at: datetime
    due_at: datetime | None
    """None if no answer is owed."""
    waiting_since: datetime | None
    solved_at: datetime | None
    rating: int | None
    rating_comment: str | None
    version: int
    undelivered: DeliveryState | None = None
    """Why the agents' latest words have not arrived: retrying, refused, maybe_delivered or failed."""
    lapses_at: datetime | None = None
    """When the holder's claim ends unless it is renewed; None for a ticket that stays with its holder."""
    returned_from: str | None = None
    """Name of the agent from whom it returned to the queue without being released."""
    reopened: bool = False
    """It was closed before, and is open again."""
    tags: tuple[str, ...] = ()
    snoozed: bool = False
    """Its holder left it out of the queue."""
    snoozed_until: datetime | None = None
    """When it wakes; None for one that wakes only when its contact writes."""
    reopenable: bool = True
    """If it is closed: its contact can still reopen it."""

    @property
    def forgotten(self) -> bool:
        """Its contact had everything erased: only figures are left."""
        return self.contact_user_id.startswith(f"{FORGOTTEN}:")


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of a list."""

    items: tuple[TicketView, ...]
    total: int
    """Total number; `COUNTED` if there are more than are counted."""
    more: bool = False
    """Another page follows."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Number of live questions under each filter of the queue; `COUNTED` if there are more than are counted."""

    all: int
    unassigned: int
    late: int
    waiting: int
    undelivered: int
    snoozed: int
    mine: int = 0
    mentioned: int = 0
    """Those with a note that names the agent."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Filter of a list; all conditions that are set have to be met."""

    status: TicketStatus | None = None
    """None for all that are live."""
    assignee: int | None = None
    unassigned: bool = False
    late: bool = False
    undelivered: bool = False
    """The agents' latest words have not arrived."""
    snoozed: bool | None = None
    """Only snoozed tickets, or none of them; None for both."""
    category: str | None = None
    tag: str | None = None
    channel: str | None = None
    """A channel account, as `vk:main`."""
    language: str | None = None
    mentions: int | None = None
    """An agent whom a note of the ticket names, among the latest `COUNTED` that do."""


ALL_LIVE = TicketFilter()


def tickets(session: Session, now: datetime, wanted: TicketFilter = ALL_LIVE, *, page: int = 1) -> TicketPage:
    """List the queue, oldest due time first; solved tickets newest first, snoozed ones by the time they wake."""
    status, where = wanted.status, conditions(wanted, now)
    closed = status in {TicketStatus.SOLVED, TicketStatus.WITHDRAWN}
    # "open" sorts before "waiting", so the index of live tickets has this order.
    order: tuple[ColumnElement[Any], ...] = (Ticket.status.asc(), Ticket.due_at.asc(), Ticket.id.asc())
    if closed:
        order = (Ticket.id.desc(),)
    elif wanted.snoozed:
        order = (Ticket.snoozed_until.is_(None), Ticket.snoozed_until.asc(), Ticket.id.asc())
    before = (page - 1) * PAGE
    rows = session.execute(view_rows().where(*where).order_by(*order).limit(PAGE + 1).offset(before)).all()
    total = _count(session, *where)
    return TicketPage(tuple(view_of(*row, now) for row in rows[:PAGE]), total, more=len(rows) > PAGE)


def conditions(wanted: TicketFilter, now: datetime, *, closed: bool = False) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter; with `closed`, one that names no status admits closed tickets, too."""
    status, assignee = wanted.status, wanted.assignee
    only_live = status in LIVE or wanted.late or wanted.unassigned or wanted.undelivered
    open_by_default = status is None and not closed and not wanted.snoozed  # what is snoozed is live
    where: list[ColumnElement[bool]] = [live()] if only_live or open_by_default else []
    if status is not None:
        where.append(Ticket.status == status)
    if assignee is not None:
        where += [Ticket.assignee_id == assignee, or_(is_held(now), Ticket.status.not_in(LIVE))]
    if wanted.unassigned:
        where.append(free(now))
    if wanted.late:
        where.append(_late(now))
    if wanted.undelivered:
        where.append(is_undelivered())
    if wanted.snoozed is not None:
        where.append(is_snoozed(now) if wanted.snoozed else is_awake(now))
    if wanted.category is not None:
        where.append(Ticket.category == wanted.category)
    if wanted.tag is not None:
        tag = select(Tag.id).where(Tag.key == tag_key(wanted.tag)).scalar_subquery()
        where.append(Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag_id == tag)))
    if wanted.mentions is not None:
        named = select(Mention.message_id).where(Mention.agent_id == wanted.mentions)
        latest = named.order_by(Mention.message_id.desc()).limit(COUNTED).subquery()
        noted = select(Message.ticket_id).join(latest, latest.c.message_id == Message.id)
        where.append(Ticket.id.in_(noted.where(Message.ticket_id.is_not(None))))
    if wanted.language is not None:
        where.append(Ticket.language == wanted.language)
    if wanted.channel is not None:
        where.append(Ticket.contact_id.in_(select(Contact.id).where(Contact.account == wanted.channel)))
    return where


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalars(_counted(where)).one()


def _counted(where: Sequence[ColumnElement[bool]]) -> Select[int]:
    """Select the number of tickets, up to `COUNTED`: closed ones accumulate for years."""
    found = select(Ticket.id).where(*where).limit(COUNTED).subquery()
    return select(func.count()).select_from(found)


def counts(session: Session, now: datetime) -> Counts:
    """Return the figures for the filters: each reads at most `COUNTED` rows of an index, however long the queue is.

    An agent's own figure is one of `held_by_agent`.
    """
    filters = (
        TicketFilter(snoozed=False),
        TicketFilter(unassigned=True, snoozed=False),
        TicketFilter(late=True, snoozed=False),
        TicketFilter(TicketStatus.WAITING, snoozed=False),
        TicketFilter(undelivered=True),
        TicketFilter(snoozed=True),
    )
    # One statement: the way to the database and back takes longer than counting.
    figures = (_counted(conditions(one, now)).scalar_subquery() for one in filters)
    return Counts(*session.execute(select(*figures)).one())


def count(session: Session, now: datetime, wanted: TicketFilter) -> int:
    """Count the tickets of a list, up to `COUNTED`."""
    return _count(session, *conditions(wanted, now))


def held_by_agent(session: Session, now: datetime) -> dict[int, int]:
    """Return the number of live questions of each agent that are not snoozed; agents without any are left out."""
    held_now = (live(), is_held(now), is_awake(now))
    rows = session.execute(select(Ticket.assignee_id, func.count()).where(*held_now).group_by(Ticket.assignee_id))
    return {agent_id: count for agent_id, count in rows if agent_id is not None}


def of_contacts(session: Session, contact_ids: Sequence[int], now: datetime) -> tuple[TicketView, ...]:
    """Return the latest questions of these contacts, newest first."""
    theirs = Ticket.contact_id.in_(contact_ids)
    rows = session.execute(view_rows().where(theirs).order_by(Ticket.id.desc()).limit(PAGE)).all()
    return tuple(view_of(*row, now) for row in rows)


def list_own(session: Session, contact_id: int, now: datetime, *, page: int, size: int) -> TicketPage:
    """Return a page of the contact's questions whose texts are kept, newest first."""
    mine = and_(Ticket.contact_id == contact_id, Ticket.emptied_at.is_(None))
    latest = view_rows().where(mine).order_by(Ticket.id.desc()).limit(size).offset((page - 1) * size)
    total = session.scalars(select(func.count()).select_from(Ticket).where(mine)).one()
    return TicketPage(tuple(view_of(*row, now) for row in session.execute(latest)), total)


def news(session: Session, ticket_ids: Sequence[int]) -> frozenset[int]:
    """Return the tickets in which an agent wrote to the contact since they last looked at it, or added to it."""
    written = (
        select(Message.ticket_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.ticket_id.in_(ticket_ids),
            Message.kind == MessageKind.OUTGOING,
            Message.agent_id.is_not(None),
            Message.at > func.coalesce(Ticket.read_at, Ticket.opened_at),
        )
    )
    return frozenset(number for number in session.scalars(written) if number is not None)


def ticket(session: Session, ticket_id: int, now: datetime) -> TicketView | None:
    row = session.execute(view_rows().where(Ticket.id == ticket_id)).one_or_none()
    return view_of(*row, now) if row else None


def live_tickets(session: Session, numbers: Sequence[int], now: datetime) -> tuple[TicketView, ...]:
    """Return those of the tickets that are live, in the order of the queue."""
    if not numbers:
        return ()
    wanted = view_rows().where(live(), Ticket.id.in_(numbers)).order_by(Ticket.status, Ticket.due_at, Ticket.id)
    return tuple(view_of(*row, now) for row in session.execute(wanted))


def next_free(session: Session, now: datetime, agent_id: int, wanted: TicketFilter = ALL_LIVE) -> int | None:
    """Lock the free wanted question with the oldest due time for this agent.

    Skips those that another transaction is taking. Of an agent's own questions, those that they hold are taken.

    A reopened question is left to an agent other than its previous holder, because a contact who was not helped needs a
    second opinion: until `FOR_ANOTHER` has passed, and only while another agent is at the desk. An agent who works
    alone gets it at once, and any agent may claim it by hand. A ticket whose answer is on its way or was refused needs
    no agent; one whose answer was lost does.
    """
    colleagues = exists().where(AgentSession.agent_id != agent_id, AgentSession.last_seen_at > now - AT_THE_DESK)
    for_another = and_(
        func.coalesce(Ticket.previous_assignee_id, 0) == agent_id,
        Ticket.reopened_at > now - FOR_ANOTHER,
        colleagues,
    )
    return session.scalar(
        select(Ticket.id)
        .where(
            *conditions(wanted, now),
            *needs_agent(now),
            or_(free(now), Ticket.assignee_id == agent_id) if wanted.assignee == agent_id else free(now),
            ~for_another,
        )
        .order_by(Ticket.due_at, Ticket.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def needs_agent(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a ticket waits now for an agent to write, or to settle an answer that was lost."""
    unanswered = or_(Ticket.unanswered_since.is_not(None), Ticket.undelivered.in_(LOST_ANSWERS))
    return live(), Ticket.status == TicketStatus.OPEN, unanswered, is_awake(now)


def ahead(session: Session, ticket_id: int) -> int:
    """Return how many questions wait before this one for an agent to write."""
    due = select(Ticket.due_at).where(Ticket.id == ticket_id).scalar_subquery()
    earlier = or_(Ticket.due_at < due, and_(Ticket.due_at == due, Ticket.id < ticket_id))
    return session.scalars(
        select(func.count())
        .select_from(Ticket)
        .where(live(), Ticket.status == TicketStatus.OPEN, Ticket.unanswered_since.is_not(None), earlier)
    ).one()


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(Ticket.status == TicketStatus.OPEN, Ticket.due_at <= now)


_FORMER = aliased(Agent)
_TAGS = (
    select(func.aggregate_strings(Tag.name, _BETWEEN_TAGS))
    .join(TicketTag, TicketTag.tag_id == Tag.id)
    .where(TicketTag.ticket_id == Ticket.id)
    .scalar_subquery()
)
_VIEW_ROWS = (
    select(Ticket, Contact, Agent, _FORMER.name, _TAGS)
    .join(Contact, Contact.id == Ticket.contact_id)
    .join(Agent, Agent.id == Ticket.assignee_id, isouter=True)
    .join(_FORMER, _FORMER.id == Ticket.returned_from_id, isouter=True)
)


def view_rows() -> Select[Ticket, Contact, Agent, str, str]:
    """Select what `view_of` needs of a ticket."""
    return _VIEW_ROWS


def view_of(
    row: Ticket, contact: Contact, agent: Agent | None, former: str | None, tags: str | None, now: datetime
) -> TicketView:
    holder = agent if row.status not in LIVE or holds(row, now) else None
    if agent is not None and holder is None:
        former = agent.name  # the claim ran out a moment ago
    return TicketView(
        id=row.id,
        status=row.status,
        question=row.question,
        channel=contact.account,
        contact_id=contact.id,
        contact_name=contact.name,
        contact_user_id=contact.user_id,
        unreachable=contact.unreachable,
        assignee_id=holder.id if holder else None,
        assignee=holder.name if holder else None,
        category=row.category,
        language=row.language,
        reason=row.reason,
        opened_at=row.opened_at,
        due_at=row.due_at,
        waiting_since=row.waiting_since,
        solved_at=row.solved_at,
        rating=row.rating,
        rating_comment=row.rating_comment,
        version=row.version,
        undelivered=row.undelivered,
        lapses_at=lapses_at(row, now),
        returned_from=former if row.status in LIVE else None,
        reopened=row.reopened_at is not None and row.status in LIVE,
        tags=tuple(sorted((tags or "").split(_BETWEEN_TAGS), key=tag_key)) if tags else (),
        snoozed=snoozes(row, now),
        snoozed_until=row.snoozed_until if snoozes(row, now) else None,
        reopenable=reopenable(row, now),
    )
