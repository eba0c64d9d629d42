"""Tickets from one agent to another: transfer, assignment by a lead, and requests for a colleague's ticket."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.errors import NotAllowedError, NotFoundError, ReasonMissingError
from handoff.messages.rich_text import clean
from handoff.models import Agent, MessageKind, Role, Ticket
from handoff.tickets.claims import holds
from handoff.tickets.journal import Journal
from handoff.tickets.ownership.models import Handover, HandOverRequest
from handoff.tickets.ownership.use_cases import Ownership
from infra.clock import Clock

ASSIGNED = "assigned "
"""Start of the event of an assignment, whose author is the receiver: the lead's name and a line with the reason."""
ASK_EVERY = timedelta(minutes=10)
"""An agent may ask for the same ticket again after this time."""
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class RequestView:
    """A colleague's request for a ticket."""

    agent_id: int
    agent: str
    asked_at: datetime
    declined: bool

    def again(self, now: datetime) -> bool:
        """Return whether they may ask once more."""
        return self.asked_at <= now - ASK_EVERY


class Handovers:
    """Changes of a ticket's holder. Each use case runs whole within the caller's unit of work, or raises."""

    def __init__(self, clock: Clock, journal: Journal, ownership: Ownership) -> None:
        self._clock = clock
        self._journal = journal
        self._ownership = ownership
        self._audit = AuditLog(clock)

    def transfer(self, session: Session, ticket_id: int, agent_id: int, to_agent_id: int, note: str = "") -> None:
        """Hand the ticket to a colleague, with a note for them if there is one.

        Raises as `Ownership.claim` does, and NotFoundError for an unknown colleague.
        """
        ticket = self._ownership.hold(session, ticket_id, agent_id)
        colleague = _colleague(session, to_agent_id)
        self._receive(session, ticket, colleague, agent_id)
        self._journal.event(session, ticket, "transferred", colleague.id)
        note = clean(note).strip()
        if note:
            agent = session.get_one(Agent, agent_id)
            message_id = self._journal.line(session, ticket, MessageKind.NOTE, note, agent=agent)
            session.add(Handover(message_id=message_id, contact_id=ticket.contact_id, agent_id=colleague.id))

    def assign(self, session: Session, ticket_id: int, by: Actor, to_agent_id: int, reason: str = "") -> None:
        """Give the ticket to an agent on the decision of a lead, who does not become its owner in between.

        Recorded in the audit log; the reason stays in the thread.

        Raises:
            NotFoundError: there is no such ticket or agent.
            NotAllowedError: only leads and admins do this.
            ClosedError: it is solved or withdrawn.
            ReasonMissingError: it belongs to another agent, who wants to know why.
        """
        lead = session.get_one(Agent, by.agent_id)
        if lead.role not in {Role.LEAD, Role.ADMIN}:
            raise NotAllowedError("only leads and admins assign questions")
        ticket = self._ownership.live(session, ticket_id)
        receiver = _colleague(session, to_agent_id)
        reason = " ".join(clean(reason).split())[:REASON_LENGTH]
        held = holds(ticket, self._clock())
        if held and ticket.assignee_id == receiver.id:
            return
        if held and ticket.assignee_id != lead.id and not reason:
            raise ReasonMissingError(session.get_one(Agent, ticket.assignee_id).name)
        held_by = ticket.assignee_id if held else 0
        if not held:
            self._ownership.note_lapse(session, ticket)
        self._receive(session, ticket, receiver, lead.id)
        subject = Subject(Concern.TICKET, ticket_id)
        self._audit.record(
            session, by, AuditAction.TICKET_ASSIGNED, subject, held_by=held_by or 0, receiver=receiver.id
        )
        self._journal.line(session, ticket, MessageKind.EVENT, f"{ASSIGNED}{lead.name}\n{reason}", agent=receiver)

    def ask(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Ask the ticket's holder to hand it over; a repeat within `ASK_EVERY` changes nothing.

        Raises:
            NotFoundError: there is no such ticket, or no other agent holds it, so that it can be claimed.
            ClosedError: it is solved or withdrawn.
        """
        now = self._clock()
        ticket = self._ownership.live(session, ticket_id)
        if not holds(ticket, now) or ticket.assignee_id == agent_id:
            raise NotFoundError(f"no other agent holds question #{ticket_id}")
        known = session.get(HandOverRequest, (ticket_id, agent_id))
        if known is not None and now - ASK_EVERY < known.asked_at <= now:
            return
        session.merge(HandOverRequest(ticket_id=ticket_id, agent_id=agent_id, asked_at=now, declined_at=None))
        self._journal.event(session, ticket, "asked_for", agent_id)

    def decline(self, session: Session, ticket_id: int, agent_id: int, asker_id: int) -> None:
        """Keep the ticket that a colleague asked for. Raises as `Ownership.claim` does."""
        ticket = self._ownership.hold(session, ticket_id, agent_id)
        request = session.get(HandOverRequest, (ticket_id, asker_id))
        if request is not None and request.declined_at is None:
            request.declined_at = self._clock()
            self._journal.event(session, ticket, "declined", agent_id)

    def hand_over(self, session: Session, ticket_id: int, agent_id: int, asker_id: int) -> None:
        """Hand the ticket to the colleague who asked for it.

        Raises as `transfer` does, and NotFoundError if they did not ask.
        """
        if session.get(HandOverRequest, (ticket_id, asker_id)) is None:
            raise NotFoundError(f"agent {asker_id} did not ask for question #{ticket_id}")
        self.transfer(session, ticket_id, agent_id, asker_id)

    def _receive(self, session: Session, ticket: Ticket, agent: Agent, by: int) -> None:
        if agent.id == by:
            self._ownership.give(session, ticket, agent.id)
        else:
            self._ownership.hand(session, ticket, agent.id)


def requests_for(session: Session, ticket_id: int) -> tuple[RequestView, ...]:
    """Return colleagues' requests for a held ticket, the first one first."""
    rows = session.execute(
        select(HandOverRequest, Agent.name)
        .join(Agent, Agent.id == HandOverRequest.agent_id)
        .where(HandOverRequest.ticket_id == ticket_id)
        .order_by(HandOverRequest.asked_at, HandOverRequest.agent_id)
    )
    return tuple(RequestView(row.agent_id, name, row.asked_at, row.declined_at is not None) for row, name in rows)


def _colleague(session: Session, agent_id: int) -> Agent:
    colleague = session.get(Agent, agent_id)
    if colleague is None or colleague.disabled_at is not None:
        raise NotFoundError(f"there is no agent {agent_id}")
    return colleague
