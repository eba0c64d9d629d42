"""Consequences of silence, the contact's and ours: how long it lasts until each, and the moments in a ticket's row.

They are columns of the ticket's row, so any change of the ticket cancels them in the same transaction
(docs/decisions/0012). A changed setting applies from the next answer or closing on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from handoff.models import UNFINISHED, ChannelState, Contact, Delivery, InboxEvent, InboxState, Message, Ticket

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """Durations that differ between deployments."""

    remind_after: timedelta = timedelta(days=2)
    """From the delivery of an agent's answer to the reminder; zero for none."""
    solve_after: timedelta = timedelta(days=7)
    """From the delivery of an agent's last answer to the closing of the ticket; zero for never."""
    reopen_within: timedelta = timedelta(days=14)
    """Time after closing within which it can be reopened; zero for not at all."""

    def start_waiting(self, ticket: Ticket, now: datetime) -> None:
        """Start waiting for the contact; each answer restarts this."""
        ticket.overdue_at = None
        ticket.remind_at = now + self.remind_after if self.remind_after else None
        ticket.solve_at = now + self.solve_after if self.solve_after else None

    def stop_waiting(self, ticket: Ticket) -> None:
        """Stop waiting for the contact."""
        ticket.remind_at = ticket.solve_at = None

    def close(self, ticket: Ticket, now: datetime) -> None:
        """Allow the contact to reopen the ticket for a while."""
        self.stop_waiting(ticket)
        ticket.overdue_at = ticket.snoozed_at = ticket.snoozed_until = None
        ticket.reopen_until = now + self.reopen_within

    def reopen(self, ticket: Ticket, now: datetime) -> None:
        """Reset all moments."""
        self.stop_waiting(ticket)
        ticket.reopen_until, ticket.reopened_at = None, now
        ticket.emptied_at = None


def reopenable(ticket: Ticket, now: datetime) -> bool:
    """Return whether the contact can reopen the ticket, if it is closed; an agent always can."""
    return ticket.reopen_until is None or now < ticket.reopen_until


def surely_silent(contact: InstrumentedAttribute[int]) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a message of the contact in this column would be known to us."""
    theirs = Contact.id == contact
    unread = exists().where(
        theirs,
        InboxEvent.account == Contact.account,
        InboxEvent.user_id == Contact.user_id,
        InboxEvent.state == InboxState.NEW,
    )
    deaf = exists().where(theirs, ChannelState.account == Contact.account, ChannelState.problem.is_not(None))
    return (~unread, ~deaf)


def surely_told() -> ColumnElement[bool]:
    """Return the condition that all words of agents have arrived: until then, the contact does not count as silent."""
    return Ticket.undelivered.is_(None) & ~answer_underway()


def answer_underway() -> ColumnElement[bool]:
    """Return the condition that the agents' last words are being sent."""
    last = (
        select(func.max(Message.id))
        .where(Message.ticket_id == Ticket.id, Message.agent_id.is_not(None))
        .correlate(Ticket)
        .scalar_subquery()
    )
    return exists().where(Delivery.message_id == last, Delivery.by_agent, Delivery.state.in_(UNFINISHED))
