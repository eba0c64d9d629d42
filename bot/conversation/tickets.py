"""Find the ticket that an event concerns, as values for the decision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.dialogue import PendingOffer, TicketContext, asks_back
from bot.dialogue.decisions import Trail
from bot.dialogue.expected_reply import FOR_A_PERSON, MATTER, NEW, commented_ticket, completed_message, extended_ticket
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.button_rules import QuestionButton, TicketButton
from handoff.messages.contents import dump
from handoff.messages.values import IncomingEvent, named_in_chat
from handoff.models import LIVE, ChoiceRow, Delivery, Message, MessageKind, Ticket, TicketStatus
from handoff.search.index import reindex_message, reindex_question
from handoff.tickets.silence_policy import reopenable

_SAID = (MessageKind.INCOMING, MessageKind.OUTGOING)
ATTENDED = timedelta(minutes=10)
"""How long after an agent's words the bot does not speak in between."""
_LOOKED_AT = 200
"""Latest parts of a contact among which a quoted one is looked for."""


@dataclass(frozen=True, slots=True)
class EventTickets:
    """Live tickets in the context of an event."""

    ticket: TicketContext | None = None
    live: int = 0
    quoted: TicketContext | None = None
    """The closed one that it quotes."""
    named: bool = False
    """The event quotes the ticket, so it is about nothing else."""


def snapshot_ticket(ticket: Ticket, now: datetime) -> TicketContext:
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


def find_tickets(session: Session, contact_id: int, event: IncomingEvent, expects: str, now: datetime) -> EventTickets:
    """Return the ticket of the event: the quoted one, the one named before, else the latest one."""
    live = session.scalars(
        select(Ticket).where(Ticket.contact_id == contact_id, Ticket.status.in_(LIVE)).order_by(Ticket.id)
    ).all()
    answered = quoted_ticket(session, contact_id, event)
    if answered is not None:
        # Who quotes a closed question and does not open it again writes about what is open.
        current = answered if answered in live else _current(session, contact_id, live)
        return EventTickets(
            _held(session, current, live, now),
            len(live),
            snapshot_ticket(answered, now) if answered not in live else None,
            named=True,
        )
    named = extended_ticket(expects)
    current = next((ticket for ticket in live if ticket.id == named), None) or _current(session, contact_id, live)
    return EventTickets(
        None if expects in {MATTER, NEW, FOR_A_PERSON} else _held(session, current, live, now), len(live)
    )


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
            .where(Delivery.contact_id == contact_id, Delivery.platform_ids.is_not(None), Delivery.marks.is_(None))
            .order_by(Delivery.id.desc())
            .limit(_LOOKED_AT)
        )
        number = next((row[1] for row in session.execute(ours) if named_in_chat(row[0]) == event.reply_to), None)
    return session.get(Ticket, number) if number is not None else None


def disputed_ticket(session: Session, contact_id: int, expects: str) -> Ticket | None:
    """Return the ticket that a report of a problem is about: our last message asks if it is solved, or for a rating."""
    number = commented_ticket(expects)
    if number is None:
        last = select(func.max(Message.id)).where(
            Message.contact_id == contact_id, Message.kind == MessageKind.OUTGOING
        )
        asked = select(ChoiceRow.action, ChoiceRow.data).where(
            ChoiceRow.message_id == last.scalar_subquery(),
            ChoiceRow.action.in_((buttons.Action.NOT_SOLVED, buttons.Action.RATE)),
            ChoiceRow.used_at.is_(None),
        )
        row = session.execute(asked.limit(1)).one_or_none()
        payload = decode(*row) if row is not None else None
        number = payload.ticket if isinstance(payload, TicketButton) else None
    return session.get(Ticket, number) if number is not None else None


def silenced_ticket(session: Session, contact_id: int, expects: str, now: datetime) -> TicketContext | None:
    """Return the contact's latest ticket if it was closed after a silence, can be reopened, and was not asked about.

    The question whether a message is about it may still be open: then the next message may be, too.
    """
    wanted = select(Ticket).where(Ticket.contact_id == contact_id, Ticket.status == TicketStatus.SOLVED)
    ticket = session.scalar(wanted.order_by(Ticket.solved_at.desc()).limit(1))
    if ticket is None or ticket.solved_at is None or not reopenable(ticket, now):
        return None
    events = select(Message.text).where(Message.ticket_id == ticket.id, Message.kind == MessageKind.EVENT)
    if session.scalar(events.order_by(Message.id.desc()).limit(1)) != "timed_out":
        return None
    asked = (
        select(Message.id)
        .join(ChoiceRow, ChoiceRow.message_id == Message.id)
        .where(ChoiceRow.contact_id == contact_id, ChoiceRow.action == buttons.Action.NEW_QUESTION)
        .where(Message.at >= ticket.solved_at)
        .order_by(Message.id.desc())
        .limit(1)
    )
    message = session.scalar(asked)
    return snapshot_ticket(ticket, now) if message in {None, completed_message(expects)} else None


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
    abouts = [one for one in meant if isinstance(one, QuestionButton)]
    if not abouts:
        return None
    last = abouts[-1]  # all of them tell of the same question; those of a revised message come last
    trail = Trail(last.asked, apart=last.apart)
    offered = tuple(one.entry for one in abouts if one.entry)
    return PendingOffer(message, last.question, trail, offered=offered)


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
            reindex_question(session, ticket.id, contact_id, ticket.question)
        ticket.version += 1
        ticket.updated_at = event.at
    message.text, message.edited_at = event.text, event.at
    reindex_message(session, message.id, contact_id, f"{message.author}\n{message.text}")


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


def _held(session: Session, ticket: Ticket | None, live: Sequence[Ticket], now: datetime) -> TicketContext | None:
    """Return the live ticket as a value, with what agents wrote last about any of the contact's."""
    if ticket is None:
        return None
    last = (
        select(Message.at, Message.text)
        .where(
            Message.ticket_id.in_([one.id for one in live]),
            Message.kind == MessageKind.OUTGOING,
            # A colleague may have answered in the platform's own inbox.
            or_(Message.agent_id.is_not(None), Message.author != ""),
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    held, words = snapshot_ticket(ticket, now), session.execute(last).one_or_none()
    if words is None:
        return held
    return replace(held, attended=words.at > now - ATTENDED, asks_back=asks_back(words.text))
