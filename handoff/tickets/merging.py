"""Merging of two open tickets of one contact."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.errors import ClosedError, NotFoundError
from handoff.messages.values import RichText
from handoff.models import LIVE, Contact, Message, Ticket, TicketStatus, TicketTag
from handoff.tickets.claims import end_snooze, snoozes, take_back
from handoff.tickets.confirmed_answers import WRITTEN_FIRST
from handoff.tickets.journal import Journal
from handoff.tickets.ownership.use_cases import Ownership
from handoff.tickets.promises.use_cases import Promises
from handoff.tickets.silence_policy import SilencePolicy
from handoff.words import CONTACT_WORDS
from infra.clock import Clock

MERGED = "merged "
"""Beginning of the event's text; the number of the ticket that was merged into this one follows."""


class Merging:
    """Joins a ticket with another one of the same contact, within the caller's unit of work."""

    def __init__(
        self, clock: Clock, journal: Journal, ownership: Ownership, outbox: Outbox, patience: SilencePolicy
    ) -> None:
        self._clock = clock
        self._journal = journal
        self._ownership = ownership
        self._outbox = outbox
        self._patience = patience
        self._promises = Promises(clock)

    def merge(self, session: Session, ticket_id: int, other_id: int, agent_id: int) -> None:
        """Move the other ticket's question, lines and tags here and close it; the contact is informed.

        The earlier due time of both stays, and the ticket sleeps only if both were snoozed.

        Raises:
            NotFoundError: there are no two such tickets of one contact.
            HeldError: another agent holds one of them.
            ClosedError: one of them is closed.
        """
        first, second = sorted((ticket_id, other_id))  # always in one order, so that two merges cannot deadlock
        rows = {number: self._journal.ticket(session, number) for number in (first, second)}
        ticket, other = rows[ticket_id], rows[other_id]
        if ticket_id == other_id or ticket.contact_id != other.contact_id:
            raise NotFoundError("only questions of one contact can be merged")
        if ticket.status not in LIVE or other.status not in LIVE:
            raise ClosedError("a closed question cannot be merged")
        for number in (first, second):
            self._ownership.claim(session, number, agent_id)
        now = self._clock()
        session.execute(
            update(Message)
            .where(Message.ticket_id == other_id)
            .values(ticket_id=ticket_id)
            .execution_options(synchronize_session=False)
        )
        ticket.question = f"{ticket.question}\n{other.question}".strip()
        ticket.category = ticket.category or other.category
        _move_tags(session, other_id, ticket_id)
        _join_waits(ticket, other)
        _join_snoozes(ticket, other, now)
        self._promises.merge(session, ticket, other)
        other.status, other.waiting_since = TicketStatus.WITHDRAWN, None
        take_back(other)
        self._patience.close(other, now)
        other.reopen_until = now  # it goes on in the other ticket
        self._journal.touch(session, other)
        self._journal.report(session, other, "merged_away", agent_id)
        self._journal.event(session, ticket, f"{MERGED}{other_id}", agent_id)
        contact = session.get_one(Contact, ticket.contact_id)
        contact.version += 1
        sentence = CONTACT_WORDS.text(
            ticket.language,
            "Question #{other} is about the same as #{number}: we answer both in #{number}.",
            other=other_id,
            number=ticket_id,
        )
        self._outbox.post(session, contact, OutgoingMessage(RichText(sentence), ticket_id=ticket_id))


def _join_waits(ticket: Ticket, other: Ticket) -> None:
    """Keep the more urgent state of both."""
    if other.status is TicketStatus.OPEN and ticket.status is TicketStatus.WAITING:
        ticket.status, ticket.overdue_at = other.status, other.overdue_at
        ticket.remind_at = ticket.solve_at = None
    elif other.status is TicketStatus.OPEN:
        ticket.overdue_at = min(filter(None, (ticket.overdue_at, other.overdue_at)), default=None)
    ticket.waiting_since = min(filter(None, (ticket.waiting_since, other.waiting_since)), default=None)
    ticket.unanswered_since = min(filter(None, (ticket.unanswered_since, other.unanswered_since)), default=None)
    ticket.opened_at = min(ticket.opened_at, other.opened_at)
    ticket.first_reply_at = min(filter(None, (ticket.first_reply_at, other.first_reply_at)), default=None)
    ticket.undelivered = ticket.undelivered or other.undelivered
    if ticket.reason == WRITTEN_FIRST:
        ticket.reason = other.reason  # the contact has asked something


def _join_snoozes(ticket: Ticket, other: Ticket, now: datetime) -> None:
    if not snoozes(other, now):
        end_snooze(ticket)
    elif snoozes(ticket, now):
        ticket.snoozed_until = min(filter(None, (ticket.snoozed_until, other.snoozed_until)), default=None)


def _move_tags(session: Session, source: int, target: int) -> None:
    there = select(TicketTag.tag_id).where(TicketTag.ticket_id == target)
    session.execute(
        update(TicketTag)
        .where(TicketTag.ticket_id == source, TicketTag.tag_id.not_in(there))
        .values(ticket_id=target)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(TicketTag).where(TicketTag.ticket_id == source))
