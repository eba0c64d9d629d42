"""Writing first: an agent opens a ticket with a message to a contact who has written before."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from handoff.errors import DeskError, KeyUsedError, NotFoundError
from handoff.messages.rich_text import clean
from handoff.models import FORGOTTEN, Contact, Message, MessageKind, Ticket, TicketStatus, live
from handoff.tickets.confirmed_answers import WRITTEN_FIRST
from handoff.tickets.pings.models import AgentAccount
from handoff.tickets.service import Desk

MOST_OPEN = 3
"""Open questions of a contact, as in the dialogue: with more, they could not say which one they mean."""
LONGEST = 4000
"""Characters of a first message."""


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """What an agent writes to a contact who did not ask."""

    agent_id: int
    text: str
    language: str
    key: str
    """Idempotency key of the message."""


class Barrier(StrEnum):
    """Why a contact cannot be written to first."""

    CHANNEL = "channel"
    """The channel does not allow it, or is not set up."""
    ERASED = "erased"
    AGENT = "agent"
    """The account is an agent's, and what it writes is not read."""
    MUTED = "muted"
    UNREACHABLE = "unreachable"
    """They blocked us, or the platform refuses for another reason (`Contact.unreachable`)."""
    SILENT = "silent"
    """They have never written in private."""
    BUSY = "busy"
    """They have `MOST_OPEN` open questions."""


class BarredError(DeskError):
    """The contact cannot be written to first."""

    def __init__(self, barrier: Barrier, reason: str = "") -> None:
        super().__init__(f"the contact cannot be written to first: {reason or barrier}")
        self.barrier = barrier
        self.reason = reason
        """Of an unreachable contact: the platform's reason."""


def barrier(session: Session, contact: Contact) -> Barrier | None:
    """Return why the contact cannot be written to first, as far as the channel does not forbid it; None if they can."""
    if contact.user_id.startswith(f"{FORGOTTEN}:"):
        return Barrier.ERASED
    if session.get(AgentAccount, contact.id) is not None:
        return Barrier.AGENT
    if contact.muted_at is not None:
        return Barrier.MUTED
    if contact.unreachable:
        return Barrier.UNREACHABLE
    wrote = exists().where(Message.contact_id == contact.id, Message.kind == MessageKind.INCOMING)
    if not session.scalar(select(wrote)):
        return Barrier.SILENT
    open_ones = select(func.count()).select_from(Ticket).where(Ticket.contact_id == contact.id, live())
    return Barrier.BUSY if session.scalars(open_ones).one() >= MOST_OPEN else None


def write_first(session: Session, desk: Desk, contact_id: int, first: FirstMessage) -> int:
    """Send the message in a ticket of its own and return its number; the same request again returns the same one.

    Raises:
        NotFoundError: there is no such contact.
        BarredError: they cannot be written to first.
        KeyUsedError: the key stands for another message.
        EmptyTextError: there are no words.
    """
    # Lock the contact, as every round of the conversation does: two requests write one after the other.
    contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None:
        raise NotFoundError(f"there is no contact {contact_id}")
    known = session.execute(
        select(Message.ticket_id, Ticket.question)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.key == first.key, Message.agent_id == first.agent_id)
    ).one_or_none()
    if known is not None and known.question == clean(first.text).strip():
        return int(known.ticket_id or 0)
    if known is not None:
        raise KeyUsedError("this key was used for another message: give each message a key of its own")
    barred = barrier(session, contact)
    if barred is not None:
        raise BarredError(barred, contact.unreachable or "")
    return _open(session, desk, contact, first).id


def _open(session: Session, desk: Desk, contact: Contact, first: FirstMessage) -> Ticket:
    """Open a ticket of the agent's with the message; no answer is promised."""
    now = desk.clock()
    ticket = Ticket(
        contact_id=contact.id,
        question=clean(first.text).strip(),
        language=first.language,
        reason=WRITTEN_FIRST,
        status=TicketStatus.OPEN,
        opened_at=now,
        updated_at=now,
        joined_acknowledged=False,
        patience_asked=False,
        version=0,
    )
    session.add(ticket)
    session.flush()
    desk.ownership.give(session, ticket, first.agent_id)
    desk.journal.event(session, ticket, WRITTEN_FIRST, first.agent_id)
    desk.reply(session, ticket.id, first.agent_id, first.text, first.key)
    return ticket
