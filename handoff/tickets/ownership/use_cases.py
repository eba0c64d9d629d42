"""Claiming and releasing tickets, and the end of a claim that its agent does not renew."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.errors import ClosedError, HeldError
from handoff.models import LIVE, Agent, Ticket, TicketStatus
from handoff.tickets import queue
from handoff.tickets.claims import OVERDUE, WARNED, OwnershipPolicy, give, holds, snoozes, take_back
from handoff.tickets.journal import Journal
from handoff.tickets.ownership.availability import is_absent
from handoff.tickets.ownership.models import HandOverRequest
from handoff.tickets.pings.service import Pings
from infra.clock import Clock

GIVEN = "assigned"
"""Event of a ticket that a rule gave to its author; the one of a lead is `handovers.ASSIGNED`."""


class Ownership:
    """Claims of agents on tickets. Each use case runs whole within the caller's unit of work, or raises."""

    def __init__(self, clock: Clock, journal: Journal, policy: OwnershipPolicy, pings: Pings) -> None:
        self._clock = clock
        self._journal = journal
        self._policy = policy
        self._pings = pings

    # --- claims -----------------------------------------------------------------------------------------------------

    def claim(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Claim the ticket, or renew one's claim.

        Raises:
            NotFoundError: there is no such ticket.
            HeldError: it belongs to another agent.
            ClosedError: it is solved or withdrawn.
        """
        self.hold(session, ticket_id, agent_id)

    def hold(self, session: Session, ticket_id: int, agent_id: int) -> Ticket:
        """Claim as `claim` does, and return the ticket, locked until the commit."""
        now = self._clock()
        ticket = self.live(session, ticket_id)
        if ticket.assignee_id == agent_id:
            ticket.claimed_at, ticket.claimed_until = now, now + self._policy.claim
            return ticket
        if holds(ticket, now):
            raise HeldError(session.get_one(Agent, ticket.assignee_id).name)
        self.note_lapse(session, ticket)
        self.give(session, ticket, agent_id)
        self._journal.event(session, ticket, "claimed", agent_id)
        return ticket

    def renew(self, session: Session, ticket_id: int, agent_id: int) -> bool:
        """Renew the agent's own claim in force, because they are at work on it; return False if they have none.

        Open pages are notified only if they count the claim down.
        """
        now = self._clock()
        ticket = _locked(session, ticket_id)
        if ticket is None or ticket.status not in LIVE or ticket.assignee_id != agent_id or not holds(ticket, now):
            return False
        counted_down = ticket.claimed_until is not None and ticket.claimed_until - WARNED <= now
        ticket.claimed_at, ticket.claimed_until = now, now + self._policy.claim
        if counted_down and ticket.touched_at is None:
            self._journal.touch(session, ticket)
        return True

    def touch(self, ticket: Ticket, agent_id: int) -> None:
        """Keep the ticket with its holder from now on, if that is the agent: they have written in it."""
        now = self._clock()
        if ticket.status in LIVE and ticket.assignee_id == agent_id and holds(ticket, now):
            ticket.claimed_at, ticket.claimed_until = now, now + self._policy.claim
            ticket.touched_at = ticket.touched_at or now

    def prolong(self, ticket: Ticket) -> None:
        """Start the lease of a held ticket again, so that its holder has time to see what happened."""
        ticket.claimed_at, ticket.claimed_until = self._clock(), self._clock() + self._policy.claim

    def take_next(self, session: Session, agent_id: int, wanted: queue.TicketFilter = queue.ALL_LIVE) -> int | None:
        """Claim the wanted question with the oldest due time; None if there is none for this agent.

        Questions that a colleague should see first are left out; see `queue.next_free` for those.
        """
        ticket_id = queue.next_free(session, self._clock(), agent_id, wanted)
        if ticket_id is not None:
            self.claim(session, ticket_id, agent_id)
        return ticket_id

    def assign_by_rule(self, session: Session, ticket: Ticket, agent_id: int) -> None:
        """Give a locked free ticket to an agent without anybody's doing; it is marked as new to them."""
        self.hand(session, ticket, agent_id)
        session.get_one(Agent, agent_id).assigned_at = self._clock()
        self._journal.event(session, ticket, GIVEN, agent_id)

    # --- the end of a claim -----------------------------------------------------------------------------------------

    def release(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Release the ticket to the queue. Raises as `claim` does."""
        ticket = self.hold(session, ticket_id, agent_id)
        take_back(ticket)
        self._journal.event(session, ticket, "released", agent_id)

    def release_all(self, session: Session, agent_id: int) -> int:
        """Release every live ticket of an agent whose access ended; return their number."""
        held = session.scalars(
            select(Ticket).where(Ticket.assignee_id == agent_id, Ticket.status.in_(LIVE)).with_for_update()
        ).all()
        for ticket in held:
            take_back(ticket, returned_from=agent_id)
            self._journal.event(session, ticket, "released", agent_id)
        return len(held)

    def lapse(self, session: Session, ticket_id: int) -> bool:
        """Return a ticket whose claim ran out to the queue; return False if it did not."""
        ticket = _locked(session, ticket_id)
        if ticket is None or ticket.status not in LIVE or holds(ticket, self._clock()):
            return False
        return self.note_lapse(session, ticket)

    def return_overdue(self, session: Session, ticket_id: int) -> bool:
        """Return a ticket to the queue whose owner is not at it while its answer is overdue by an hour."""
        now = self._clock()
        ticket = _locked(session, ticket_id)
        if ticket is None or ticket.touched_at is None or not waits_too_long(ticket, now):
            return False
        if snoozes(ticket, now) or (ticket.claimed_until is not None and ticket.claimed_until > now):
            return False
        self._return(session, ticket, "returned_late")
        return True

    def return_unattended(self, session: Session, ticket: Ticket, *, woken: bool = False) -> None:
        """Return the ticket to the queue if its contact has written and its owner cannot see that.

        A `woken` one was snoozed until now: that its answer is overdue is no neglect of its owner's.
        """
        if ticket.assignee_id is None:
            return
        session.flush()  # which locks the row, so that no colleague takes the ticket in between
        session.refresh(ticket)
        if ticket.assignee_id is None or not holds(ticket, self._clock()):
            return
        if is_absent(session, ticket.assignee_id, self._clock()):
            self._return(session, ticket, "returned")
        elif not woken and waits_too_long(ticket, self._clock()):
            self._return(session, ticket, "returned_late")

    # --- shared -----------------------------------------------------------------------------------------------------

    def live(self, session: Session, ticket_id: int) -> Ticket:
        """Return the ticket, locked until the commit. Raises NotFoundError and ClosedError as `claim` does."""
        ticket = self._journal.ticket(session, ticket_id)
        if ticket.status not in LIVE:
            raise ClosedError("this question is closed: reopen it first")
        return ticket

    def give(self, session: Session, ticket: Ticket, agent_id: int) -> None:
        """Make the agent the holder of a locked ticket, by a claim of the usual length."""
        session.execute(delete(HandOverRequest).where(HandOverRequest.ticket_id == ticket.id))
        give(ticket, agent_id, self._clock(), self._policy.claim)

    def hand(self, session: Session, ticket: Ticket, agent_id: int) -> None:
        """Make the agent the holder of a locked ticket without their doing, and ping them."""
        self.give(session, ticket, agent_id)
        self._pings.report_assigned(session, ticket, agent_id)

    def note_lapse(self, session: Session, ticket: Ticket) -> bool:
        """Record in the thread that the claim of a ticket ran out; return False if it was not claimed."""
        if ticket.assignee_id is None:
            return False
        self._return(session, ticket, "lapsed")
        return True

    def _return(self, session: Session, ticket: Ticket, word: str) -> None:
        owner = ticket.assignee_id
        take_back(ticket, returned_from=owner)
        self._journal.event(session, ticket, word, owner)


def waits_too_long(ticket: Ticket, now: datetime) -> bool:
    """Return whether an answer of an agent is overdue by an hour."""
    unanswered = ticket.unanswered_since is not None or ticket.undelivered in queue.LOST_ANSWERS
    late = ticket.due_at is not None and ticket.due_at + OVERDUE <= now
    return ticket.status is TicketStatus.OPEN and unanswered and late


def _locked(session: Session, ticket_id: int) -> Ticket | None:
    return session.get(Ticket, ticket_id, populate_existing=True, with_for_update=True)
