"""How long silence lasts before something follows from it: moments that a ticket's row is given as its state changes.

They stand in the row that they are about, so whatever moves the ticket on cancels them in the same stroke
(docs/decisions/0012). A changed setting counts from the next answer or closing on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from handoff.models import UNFINISHED, ChannelState, Contact, Delivery, InboxEvent, InboxState, Message, Ticket

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class SilencePolicy:
    """What differs between two deployments."""

    remind_after: timedelta = timedelta(days=2)
    """From the delivery of an agent's answer to the reminder; zero for none."""
    solve_after: timedelta = timedelta(days=7)
    """From the delivery of an agent's last answer to the closing of the ticket; zero for never."""
    reopen_within: timedelta = timedelta(days=14)
    """From the closing on; zero for not at all."""

    def start_waiting(self, ticket: Ticket, now: datetime) -> None:
        """We wait for the contact now; each answer starts this anew."""
        ticket.remind_at = now + self.remind_after if self.remind_after else None
        ticket.solve_at = now + self.solve_after if self.solve_after else None

    def stop_waiting(self, ticket: Ticket) -> None:
        """Nobody waits for the contact."""
        ticket.remind_at = ticket.solve_at = None

    def close(self, ticket: Ticket, now: datetime) -> None:
        """The contact may say for a while that it is not solved."""
        self.stop_waiting(ticket)
        ticket.reopen_until = now + self.reopen_within

    def reopen(self, ticket: Ticket, now: datetime) -> None:
        """All starts anew."""
        self.stop_waiting(ticket)
        ticket.reopen_until, ticket.reopened_at = None, now


def reopenable(ticket: Ticket, now: datetime) -> bool:
    """Whether the contact can open the ticket again, if it is closed; an agent always can."""
    return ticket.reopen_until is None or now < ticket.reopen_until


def surely_silent(contact: InstrumentedAttribute[int]) -> tuple[ColumnElement[bool], ...]:
    """That we would know if the contact whose id stands in this column had said something."""
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
    """That the contact has every word of the agents: who has not got one is not silent, and the agent sees it."""
    last = (
        select(func.max(Message.id))
        .where(Message.ticket_id == Ticket.id, Message.agent_id.is_not(None))
        .correlate(Ticket)
        .scalar_subquery()
    )
    underway = exists().where(Delivery.message_id == last, Delivery.by_agent, Delivery.state.in_(UNFINISHED))
    return Ticket.undelivered.is_(None) & ~underway
