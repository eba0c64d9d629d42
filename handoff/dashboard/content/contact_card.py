"""What the pane beside a ticket says about its contact."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.models import Contact, Ticket
from handoff.outreach.first_messages import Barrier, barrier
from handoff.people import contact_notes, linked_contacts
from handoff.people.contact_notes import NoteView
from handoff.people.linked_contacts import ContactView, Proposal
from handoff.tickets import queue
from handoff.tickets.queue import TicketView


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A person, across their linked addresses."""

    since: datetime
    """When the address of this ticket was first heard of."""
    muted_at: datetime | None
    linked: tuple[ContactView, ...]
    """The person's other addresses."""
    proposals: tuple[Proposal, ...]
    """Addresses that are probably theirs too."""
    notes: tuple[NoteView, ...]
    questions: int
    """Number of their tickets at all addresses, with this one."""
    rating: float | None
    """Mean of their ratings, from 1 to 5; None without any."""
    latest: int
    """Number of the latest ticket of this address: a first message after it is sent once."""
    barrier: Barrier | None
    """Why they cannot be written to first, as far as the channel does not forbid it."""
    earlier: tuple[TicketView, ...]
    """Their latest other tickets, newest first."""


def contact_card(session: Session, ticket: TicketView, now: datetime) -> ContactCard:
    """Read the card for the contact of a ticket."""
    contact = session.get_one(Contact, ticket.contact_id)
    linked = linked_contacts.other_addresses(session, contact.id)
    everywhere = (contact.id, *(other.id for other in linked))
    figures = select(func.count(), func.avg(Ticket.rating)).where(Ticket.contact_id.in_(everywhere))
    questions, rating = session.execute(figures).one()
    theirs = queue.of_contacts(session, everywhere, now)
    return ContactCard(
        since=contact.created_at,
        muted_at=contact.muted_at,
        linked=linked,
        proposals=() if ticket.forgotten else linked_contacts.proposals(session, contact.id),
        notes=contact_notes.notes(session, contact.id),
        questions=questions,
        rating=None if rating is None else float(rating),
        latest=session.scalars(select(func.max(Ticket.id)).where(Ticket.contact_id == contact.id)).one() or 0,
        barrier=barrier(session, contact),
        earlier=tuple(other for other in theirs if other.id != ticket.id),
    )
