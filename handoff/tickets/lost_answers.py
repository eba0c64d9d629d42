"""Lost answers of the bot: an answer that failed, or stays uncertain after its repeat, becomes a question for people.

The contact is notified once; if a person has lost answers of theirs already, no further notice is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.deliveries.outcomes import Moved
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.button_rules import QuestionButton
from handoff.messages.values import RichText
from handoff.models import LIVE, ChoiceRow, Contact, Message, Ticket
from handoff.words import CONTACT_WORDS
from knowledge.quality.lookups import settle_lookup

REASON = "undelivered"
"""Reason of such a ticket."""
MOST_OPEN = 3
"""Limit of live tickets of one contact."""


@dataclass(frozen=True, slots=True)
class Tickets:
    """The desk's handling of a question: open a ticket for it, or add it to one."""

    open: Callable[[Session, Contact, str, str | None], Ticket]
    """Takes the question and its category."""
    join: Callable[[Session, Ticket], object]


def hand_over(session: Session, tickets: Tickets, outbox: Outbox, moved: Moved) -> None:
    """Open a ticket for the question that the message answers; do nothing if it answers none, or a person has it."""
    session.flush()
    # Lock the contact first, as every round of the conversation does, to avoid deadlocks.
    contact = session.get(Contact, moved.contact_id, with_for_update=True, populate_existing=True)
    message = session.get(Message, moved.message_id, populate_existing=True)
    if contact is None or message is None or message.ticket_id is not None:
        return
    under = session.scalars(
        select(ChoiceRow).where(ChoiceRow.contact_id == contact.id, ChoiceRow.message_id == message.id)
    ).all()
    meant = (decode(row.action, row.data) for row in under)
    about = next((one for one in meant if isinstance(one, QuestionButton) and one.question), None)
    if about is None or any(row.used_at is not None for row in under):  # a message whose button was pressed has arrived
        return
    contact.version += 1
    ticket, told = _ticket(session, tickets, contact, about.question, about.category)
    session.execute(
        update(Message)
        .where(
            Message.contact_id == contact.id,
            Message.ticket_id.is_(None),
            Message.id.in_([message.id, *about.asked]),
        )
        .values(ticket_id=ticket.id)
        .execution_options(synchronize_session=False)
    )
    if about.lookup:
        settle_lookup(session, about.lookup, "handed_off")
    if not told:
        words = CONTACT_WORDS.text(
            contact.language,
            "Our answer may not have reached you, so your question #{number} has been passed to a person. "
            "The answer will come here as a private message.",
            number=ticket.id,
        )
        withdraw = Choice(CONTACT_WORDS.text(contact.language, "Withdraw the question"), buttons.Withdraw(ticket.id))
        outbox.post(session, contact, OutgoingMessage(RichText(words), (withdraw,), ticket.id))


def _ticket(
    session: Session, tickets: Tickets, contact: Contact, question: str, category: str | None
) -> tuple[Ticket, bool]:
    """Return the ticket that takes the question, and whether the contact knows of it."""
    live: Sequence[Ticket] = session.scalars(
        select(Ticket).where(Ticket.contact_id == contact.id, Ticket.status.in_(LIVE)).order_by(Ticket.id)
    ).all()
    lost = [ticket for ticket in live if ticket.reason == REASON and ticket.unanswered_since is not None]
    if lost or len(live) >= MOST_OPEN:
        ticket = (lost or live)[-1]
        tickets.join(session, ticket)
        return ticket, True
    return tickets.open(session, contact, question, category), False
