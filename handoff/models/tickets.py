"""Table of tickets."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from handoff.models.messages import DeliveryState
from infra.storage.columns import NEVER_REUSED, Base, BigId, partial_index, word_of, words


class TicketStatus(StrEnum):
    """Party that a ticket waits for."""

    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"


LIVE = (TicketStatus.OPEN, TicketStatus.WAITING)
"""Statuses of a ticket that still holds its contact's thread."""
_LIVE = "status IN ('open', 'waiting')"


class Ticket(Base):
    """A span of human work on a contact's thread. Its id is the number that people see."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_status", "status", "id"),
        partial_index("ix_ticket_live", "status", "due_at", "id", where=_LIVE),
        partial_index("ix_ticket_held", "assignee_id", where=f"assignee_id IS NOT NULL AND {_LIVE}"),
        partial_index("ix_ticket_undelivered", "undelivered", where=f"undelivered IS NOT NULL AND {_LIVE}"),
        partial_index("ix_ticket_answered", "opened_at", where="first_reply_at IS NOT NULL"),
        Index("ix_ticket_contact", "contact_id", "status"),
        partial_index("ix_ticket_remind", "remind_at", where="remind_at IS NOT NULL"),
        partial_index("ix_ticket_solve", "solve_at", where="solve_at IS NOT NULL"),
        partial_index("ix_ticket_overdue", "overdue_at", where="overdue_at IS NOT NULL"),
        partial_index(
            "ix_ticket_claimed",
            "claimed_until",
            where="assignee_id IS NOT NULL AND touched_at IS NULL AND status IN ('open', 'waiting')",
        ),
        partial_index("ix_ticket_snoozed", "snoozed_until", where="snoozed_at IS NOT NULL"),
        partial_index("ix_ticket_owned", "due_at", where="touched_at IS NOT NULL AND status IN ('open')"),
        partial_index("ix_ticket_kept", "updated_at", "id", where="emptied_at IS NULL"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    status: Mapped[TicketStatus] = mapped_column(word_of(TicketStatus), default=TicketStatus.OPEN)
    question: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(32))
    """Why the bot handed off: unanswered, none_fits, not_helped, asked, rule, public, undelivered or poison."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    claimed_at: Mapped[datetime | None]
    """When the claim was made or last renewed."""
    claimed_until: Mapped[datetime | None]
    """End of the claim's lease: after it another agent may claim the ticket, unless `touched_at` is set."""
    touched_at: Mapped[datetime | None]
    """When the holder first replied, wrote a note or snoozed it: from then on it stays theirs without a lease."""
    returned_from_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """The agent from whom it returned to the queue without being released; None once it is claimed."""
    snoozed_at: Mapped[datetime | None]
    """Since when the holder leaves it out of the queue; None for a ticket that is not snoozed."""
    snoozed_until: Mapped[datetime | None]
    """When a snoozed ticket wakes; None for one that wakes only when its contact writes."""
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When its open promise is due (handoff/tickets/promises); None if no answer is owed."""
    waiting_since: Mapped[datetime | None]
    """Since when the contact waits for us; empty while we wait for them."""
    unanswered_since: Mapped[datetime | None]
    """Since when the contact's words lack an agent's answer; empty once one is on its way."""
    undelivered: Mapped[DeliveryState | None] = mapped_column(word_of(DeliveryState))
    """Why the agents' latest words have not arrived: retrying, refused, maybe_delivered or failed."""
    first_reply_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    """When the contact is reminded that we wait for them (handoff/tickets/caretaker.py)."""
    solve_at: Mapped[datetime | None]
    """When their silence counts as "it is solved"."""
    overdue_at: Mapped[datetime | None]
    """When they are informed that the answer is overdue; None once they were, or have the answer."""
    reopen_until: Mapped[datetime | None]
    """Of a closed ticket: until when its contact can reopen it; None for no limit."""
    reopened_at: Mapped[datetime | None]
    """When it was last reopened."""
    previous_assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """Its holder before it was reopened: other agents take precedence."""
    joined_acknowledged: Mapped[bool] = mapped_column(default=False)
    """Whether the contact was informed that further messages join, since an agent last replied."""
    patience_asked: Mapped[bool] = mapped_column(default=False)
    """Whether the contact was informed that asking again does not speed things up, since an agent last replied."""
    read_at: Mapped[datetime | None]
    """When the contact last looked at it or added to it: later words of agents are new to them."""
    rating: Mapped[int | None]
    """The contact's rating of the help, from 1 to 5."""
    rating_comment: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=0)
    emptied_at: Mapped[datetime | None]
    """When its texts and files were deleted, because they had expired (handoff/retention)."""
    updated_at: Mapped[datetime] = mapped_column(index=True)


def is_undelivered() -> ColumnElement[bool]:
    """Condition that agents' latest words have not arrived; it names the states, so that an index serves."""
    return Ticket.undelivered.in_(
        words(DeliveryState.RETRYING, DeliveryState.REFUSED, DeliveryState.MAYBE, DeliveryState.FAILED)
    )


def live() -> ColumnElement[bool]:
    """Condition that a ticket still holds its contact's thread, worded as in the index of live tickets."""
    return Ticket.status.in_(words(*LIVE))
