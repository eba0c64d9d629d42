"""Find the ticket that an event concerns, as values for the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue import PendingOffer, TicketContext
from bot.dialogue.decisions import Trail
from bot.dialogue.expected_reply import FOR_A_PERSON, NEW, completed_message, extended_ticket
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.contents import dump
from handoff.messages.values import IncomingEvent, named_in_chat
from handoff.models import LIVE, ChoiceRow, Delivery, Message, MessageKind, Ticket, TicketStatus
from handoff.tickets.silence_policy import reopenable

_SAID = (MessageKind.INCOMING, MessageKind.OUTGOING)
_LOOKED_AT = 200
"""Latest parts of a contact among which a quoted one is looked for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Live tickets in the context of an event."""

    ticket: TicketContext | None = None
    live: int = 0
    quoted: TicketContext | None = None
    """The closed one that it quotes."""
    named: bool = False
    """The event quotes the ticket, so it is about nothing else."""


def fact(ticket: Ticket, now: datetime) -> TicketContext:
    return TicketContext(
        ticket.id,
        ticket.status in LIVE,
        ticket.joined_acknowledged,
        ticket.question,
        answered=ticket.status is TicketStatus.WAITING,
        patience_asked=ticket.patience_asked,
        solved=ticket.status is TicketStatus.SOLVED,
        reopenable=reopenable(ticket, now),
    )


def facts(session: Session, contact_id: int, event: IncomingEvent, expects: str, now: datetime) -> Facts:
    """Return the ticket of the event: the quoted one, the one named before, else the latest one."""
    live = session.scalars(
        select(Ticket).where(Ticket.contact_id == contact_id, Ticket.status.in_(LIVE)).order_by(Ticket.id)
    ).all()
    answered = quoted_ticket(session, contact_id, event)
    if answered is not None:
        # Who quotes a closed question and does not open it again writes about what is open.
        current = answered if answered in live else _current(session, contact_id, live)
        return Facts(_fact(current, now), len(live), _fact(answered, now) if answered not in live else None, named=True)
    named = extended_ticket(expects)
    current = next((ticket for ticket in live if ticket.id == named), None) or _current(session, contact_id, live)
    return Facts(None if expects in {NEW, FOR_A_PERSON} else _fact(current, now), len(live))


def quoted_ticket(session: Session, contact_id: int, event: IncomingEvent) -> Ticket | None:
    """Return the ticket of the quoted message; None if the event quotes nothing, or nothing of a ticket."""
    if not event.reply_to:
        return None
    of_theirs = select(Message.ticket_id).where(
        Message.contact_id == contact_id, Message.platform_id == event.reply_to, Message.ticket_id.is_not(None)
    )
    number = session.scalar(of_theirs.limit(1))
    if number is None:
        ours = (
            select(Delivery.platform_ids, Message.ticket_id)
            .join(Message, Message.id == Delivery.message_id)
            .where(Delivery.contact_id == contact_id, Delivery.platform_ids.is_not(None))
            .order_by(Delivery.id.desc())
            .limit(_LOOKED_AT)
        )
        number = next((row[1] for row in session.execute(ours) if named_in_chat(row[0]) == event.reply_to), None)
    return session.get(Ticket, number) if number is not None else None


def pending(session: Session, contact_id: int, expects: str) -> PendingOffer | None:
    """Return the pending offer; None if there is none, or one of its buttons was pressed."""
    message = completed_message(expects)
    if message is None:
        return None
    choices = session.scalars(
        select(ChoiceRow).where(ChoiceRow.contact_id == contact_id, ChoiceRow.message_id == message)
    ).all()
    row = session.get(Message, message)
    if row is None or not choices or any(choice.used_at is not None for choice in choices):
        return None
    meant = [decode(choice.action, choice.data) for choice in choices]
    abouts = [one for one in meant if isinstance(one, buttons.QuestionButton)]
    if not abouts:
        return None
    last = abouts[-1]  # all of them tell of the same question; those of a revised message come last
    trail = Trail(last.asked, apart=last.apart)
    offered = tuple(one.entry for one in abouts if one.entry)
    return PendingOffer(message, last.question, trail, changed=row.edited_at is not None, offered=offered)


def correct_question(session: Session, contact_id: int, event: IncomingEvent) -> None:
    """Apply an edit of the contact: until an agent has the ticket, its question is edited too.

    Later the agent may have read the old words, so they are kept beside the new ones.
    """
    message = session.scalar(
        select(Message).where(
            Message.contact_id == contact_id,
            Message.platform_id == event.message_id,
            Message.kind == MessageKind.INCOMING,
        )
    )
    if message is None:
        return
    if event.contents and not event.album:
        message.contents = dump(event.contents)  # a place that moves tells of it by edits
    if message.text == event.text:
        return
    ticket = session.get(Ticket, message.ticket_id) if message.ticket_id is not None else None
    if ticket is not None:
        written = ticket.unanswered_since is None or ticket.first_reply_at is not None
        seen = ticket.assignee_id is not None or written
        if seen:
            message.before = message.before or message.text
        elif ticket.status in LIVE and message.text and message.text in ticket.question:
            ticket.question = ticket.question.replace(message.text, event.text, 1)
        ticket.version += 1
        ticket.updated_at = event.at
    message.text, message.edited_at = event.text, event.at


def _current(session: Session, contact_id: int, live: Sequence[Ticket]) -> Ticket | None:
    if len(live) < 2:
        return live[0] if live else None
    latest = session.scalar(
        select(Message.ticket_id)
        .where(Message.contact_id == contact_id, Message.ticket_id.in_(t.id for t in live), Message.kind.in_(_SAID))
        .order_by(Message.id.desc())
        .limit(1)
    )
    return next((ticket for ticket in live if ticket.id == latest), live[-1])


def _fact(ticket: Ticket | None, now: datetime) -> TicketContext | None:
    return fact(ticket, now) if ticket is not None else None
