"""Unread marks: a ticket is unread if, since the agent looked, its contact wrote, it was handed to them, or it woke."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from handoff.lists.models import TicketSeen
from handoff.models import Message, MessageKind, Ticket, live
from handoff.tickets.claims import is_held
from handoff.tickets.mentions.models import Mention
from handoff.tickets.ownership.handovers import ASSIGNED
from handoff.tickets.ownership.snoozing import WOKEN
from handoff.tickets.ownership.use_cases import GIVEN
from infra.storage import rows

_HANDED = ("transferred", GIVEN)
"""Events that give a ticket to their author without their doing."""


@dataclass(frozen=True, slots=True)
class LatestLines:
    """The lines of some tickets that may be new to an agent."""

    heard: Mapping[int, int]
    """Id of the contact's last message, by ticket."""
    handed: Mapping[int, int]
    """Id of the event by which its holder received it, by ticket."""
    woken: Mapping[int, int]
    """Id of the event by which it returned from a snooze, by ticket."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Tickets of a list that an agent has not looked at in their present state."""

    unread: frozenset[int]
    handed: frozenset[int]
    """Handed to the agent by a colleague or a rule, and not looked at since."""
    mentioned: frozenset[int] = frozenset()
    """A colleague named the agent in a note that they have not seen."""


def latest_lines(session: Session, ticket_ids: Collection[int]) -> LatestLines:
    """Return what may be new in these tickets; it is the same for all agents."""
    if not ticket_ids:
        return LatestLines({}, {}, {})
    last = func.max(Message.id)
    mine = Message.ticket_id.in_(ticket_ids)
    heard = select(Message.ticket_id, last).where(mine, Message.kind == MessageKind.INCOMING)
    handed = (
        select(Message.ticket_id, last)
        .join(Ticket, and_(Ticket.id == Message.ticket_id, Ticket.assignee_id == Message.agent_id))
        .where(mine, _hands_over())
    )
    woken = select(Message.ticket_id, last).where(mine, _wakes())
    return LatestLines(
        *({ticket: line for ticket, line in session.execute(one.group_by(Message.ticket_id)) if ticket is not None}
          for one in (heard, handed, woken))
    )  # fmt: skip


def marks(session: Session, agent_id: int, holders: Mapping[int, int | None], latest: LatestLines) -> Marks:
    """Return the marks of a list for an agent. `holders` has the holder of each ticket of the list."""
    if not holders:
        return Marks(frozenset(), frozenset())
    wanted = select(TicketSeen.ticket_id, TicketSeen.message_id)
    found = session.execute(wanted.where(TicketSeen.agent_id == agent_id, TicketSeen.ticket_id.in_(holders)))
    seen = {ticket: line for ticket, line in found}  # noqa: C416 - rows are no pairs to the type checker
    named = _mentioned_in(agent_id, Message.ticket_id.in_(holders))
    mentioned = frozenset(ticket for ticket in session.scalars(named) if ticket is not None)

    def is_new(ticket: int) -> bool:
        own = holders[ticket] in {agent_id, None}
        last = max(latest.heard.get(ticket, 0), latest.woken.get(ticket, 0) if own else 0)
        return ticket not in seen or seen[ticket] < last

    return Marks(
        frozenset(filter(is_new, holders)) | mentioned,
        frozenset(
            ticket
            for ticket, holder in holders.items()
            if holder == agent_id and seen.get(ticket, 0) < latest.handed.get(ticket, 0)
        ),
        mentioned,
    )


def count_unread(session: Session, agent_id: int, now: datetime, *, besides: int | None = None) -> int:
    """Count the unread tickets that the agent holds or is named in, without the one that they are looking at."""
    seen = TicketSeen.message_id
    fresh = exists().where(Message.ticket_id == Ticket.id, Message.id > seen, _may_be_new(agent_id))
    held = (live(), Ticket.assignee_id == agent_id, is_held(now), Ticket.id != (besides or 0))
    mine = (
        select(Ticket.id)
        .join(TicketSeen, and_(TicketSeen.agent_id == agent_id, TicketSeen.ticket_id == Ticket.id), isouter=True)
        .where(*held, or_(seen.is_(None), fresh))
    )
    named = _mentioned_in(agent_id, Message.ticket_id != (besides or 0))
    return len({*session.scalars(mine), *session.scalars(named)})


def _mentioned_in(agent_id: int, which: ColumnElement[bool]) -> Select[int | None]:
    """Select the tickets with a note that names the agent and that they have not seen."""
    theirs = and_(TicketSeen.agent_id == agent_id, TicketSeen.ticket_id == Message.ticket_id)
    return (
        select(Message.ticket_id)
        .join(Mention, Mention.message_id == Message.id)
        .join(TicketSeen, theirs, isouter=True)
        .where(Mention.agent_id == agent_id, Message.id > func.coalesce(TicketSeen.message_id, 0), which)
        .distinct()
    )


def mentions_of(session: Session, contact_id: int) -> dict[int, frozenset[int]]:
    """Return the agents whom the notes of a contact's thread name, by the note's id."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    wanted = select(Mention.message_id, Mention.agent_id).where(Mention.contact_id == contact_id)
    for message_id, agent_id in session.execute(wanted):
        found[message_id].add(agent_id)
    return {message_id: frozenset(agents) for message_id, agents in found.items()}


def _hands_over() -> ColumnElement[bool]:
    given = or_(Message.text.in_(_HANDED), Message.text.startswith(ASSIGNED, autoescape=True))
    return and_(Message.kind == MessageKind.EVENT, given)


def _wakes() -> ColumnElement[bool]:
    return and_(Message.kind == MessageKind.EVENT, Message.text == WOKEN)


def _may_be_new(agent_id: int) -> ColumnElement[bool]:
    handed = and_(_hands_over(), Message.agent_id == agent_id)
    return or_(Message.kind == MessageKind.INCOMING, handed, _wakes())


def last_seen(session: Session, agent_id: int, ticket_id: int) -> int | None:
    """Return the id of the last line that the agent saw; None if they never looked at the ticket."""
    return session.scalar(
        select(TicketSeen.message_id).where(TicketSeen.agent_id == agent_id, TicketSeen.ticket_id == ticket_id)
    )


def mark_seen(session: Session, agent_id: int, ticket_id: int, message_id: int) -> None:
    """Record that the agent sees the ticket, up to this line; an earlier line changes nothing."""
    row = {"agent_id": agent_id, "ticket_id": ticket_id, "message_id": message_id}
    rows.add_new(session, TicketSeen, [row])
    mine = (TicketSeen.agent_id == agent_id, TicketSeen.ticket_id == ticket_id)
    rows.run(session, update(TicketSeen).where(*mine, TicketSeen.message_id < message_id).values(message_id=message_id))
