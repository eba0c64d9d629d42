"""When a ticket is held.

A claim is a lease, which activity of its agent renews. Once the agent has replied or written a note (`touched_at`), the
ticket stays theirs without a lease. A snoozed ticket stays with its holder, too; a change of holder ends the snooze.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from handoff.models import LIVE, Ticket, TicketStatus
from infra.storage.columns import words

CLAIM = timedelta(minutes=30)
WARNED = timedelta(minutes=5)
"""How long before its end the pages count an untouched claim down."""
OVERDUE = timedelta(hours=1)
"""How late an answer may be until the ticket of an absent owner returns to the queue."""
_AHEAD = timedelta(minutes=1)
"""How far another process's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class OwnershipPolicy:
    """What differs between deployments."""

    claim: timedelta = CLAIM
    """How long a claim holds without activity of its agent."""


def is_held(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a ticket belongs to its assignee.

    A claim that was made later than now was made before the clock was set back: it is void.
    """
    lease = and_(Ticket.claimed_until > now, Ticket.claimed_at <= now + _AHEAD)
    return and_(Ticket.assignee_id.is_not(None), or_(Ticket.touched_at.is_not(None), lease))


def free(now: datetime) -> ColumnElement[bool]:
    """Return the condition that any agent may claim the ticket, as far as others' claims are concerned."""
    lapsed = or_(Ticket.claimed_until <= now, Ticket.claimed_at > now + _AHEAD)
    return or_(Ticket.assignee_id.is_(None), and_(Ticket.touched_at.is_(None), lapsed))


def holds(ticket: Ticket, now: datetime) -> bool:
    """Return whether the live ticket of this row belongs to its assignee; the same as `is_held`."""
    if ticket.assignee_id is None or ticket.touched_at is not None:
        return ticket.assignee_id is not None
    if ticket.claimed_until is None or ticket.claimed_at is None:
        return False
    return ticket.claimed_until > now and ticket.claimed_at <= now + _AHEAD


def lapses_at(ticket: Ticket, now: datetime) -> datetime | None:
    """Return when the claim in force ends unless it is renewed; None if it does not end by itself."""
    untouched = ticket.touched_at is None and ticket.status in LIVE and holds(ticket, now)
    return ticket.claimed_until if untouched else None


def give(ticket: Ticket, agent_id: int, now: datetime, claim: timedelta) -> None:
    """Make the agent the holder, by a claim that they have not touched yet."""
    ticket.assignee_id, ticket.claimed_at, ticket.claimed_until = agent_id, now, now + claim
    ticket.touched_at = ticket.returned_from_id = None
    end_snooze(ticket)


def take_back(ticket: Ticket, *, returned_from: int | None = None) -> None:
    """Leave the ticket without a holder; `returned_from` lost it without releasing it."""
    ticket.assignee_id = ticket.claimed_at = ticket.claimed_until = None
    ticket.touched_at, ticket.returned_from_id = None, returned_from
    end_snooze(ticket)


def is_snoozed(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a live ticket is left out of the queue: until its time, or until its contact writes."""
    return and_(*_snoozed(), or_(Ticket.snoozed_until.is_(None), Ticket.snoozed_until > now))


def is_to_wake(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a snoozed ticket's time has come."""
    return and_(*_snoozed(), Ticket.snoozed_until <= now)


def _snoozed() -> tuple[ColumnElement[bool], ...]:
    # Not worded as in the index of live tickets: few of a long queue are snoozed, and their own index finds them.
    closed = words(TicketStatus.SOLVED, TicketStatus.WITHDRAWN)
    return Ticket.snoozed_at.is_not(None), Ticket.status.not_in(closed)


def is_awake(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a live ticket is not snoozed."""
    return or_(Ticket.snoozed_at.is_(None), Ticket.snoozed_until <= now)


def snoozes(ticket: Ticket, now: datetime) -> bool:
    """Return whether the ticket of this row is snoozed; the same as `is_snoozed`."""
    if ticket.snoozed_at is None or ticket.status not in LIVE:
        return False
    return ticket.snoozed_until is None or ticket.snoozed_until > now


def end_snooze(ticket: Ticket) -> None:
    """Put the ticket back into the queue."""
    ticket.snoozed_at = ticket.snoozed_until = None
