"""Use cases of a ticket. Each runs whole within the caller's unit of work, or raises and changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.deliveries import withdrawals
from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.deliveries.outcomes import Moved
from handoff.errors import EmptyTextError, NotFoundError, TooLateError
from handoff.messages import buttons
from handoff.messages.names import readable
from handoff.messages.rich_text import clean, from_agent
from handoff.messages.values import Addressee, RichText
from handoff.models import LIVE, Agent, Contact, DeliveryState, Message, MessageKind, Ticket, TicketStatus
from handoff.search.index import index_message
from handoff.tickets import lost_answers
from handoff.tickets.claims import OwnershipPolicy, take_back
from handoff.tickets.confirmed_answers import Answers, with_author
from handoff.tickets.idempotency import KeyedRequest, claim_key, earlier_message
from handoff.tickets.journal import Journal
from handoff.tickets.mentions.use_cases import Mentions
from handoff.tickets.merging import Merging
from handoff.tickets.ownership.availability import Availability
from handoff.tickets.ownership.handovers import Handovers
from handoff.tickets.ownership.snoozing import Snoozing
from handoff.tickets.ownership.use_cases import Ownership
from handoff.tickets.pings.service import Pings
from handoff.tickets.promises.use_cases import Promises
from handoff.tickets.replies.deletions import Deletions
from handoff.tickets.silence_policy import SilencePolicy
from handoff.words import CONTACT_WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.files import Kept

SOLVED = "solved"
"""Event of a ticket that an agent closes."""
MUTED, UNMUTED = "muted", "unmuted"
"""Events of a ticket whose contact is treated as spam, and no longer."""
UNDO = timedelta(seconds=10)
"""How long an agent can take back that a question is solved."""
_ASKED = "is-solved-"
"""Prefix of the key of the message that asks a contact whether a question is solved."""


class Desk:
    """Tickets: opened by the bot, worked by agents, closed by either side."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        outbox: Outbox,
        patience: SilencePolicy | None = None,
        ownership: OwnershipPolicy | None = None,
        *,
        agents_named: bool = True,
    ) -> None:
        """`agents_named` says whether contacts see the names of agents."""
        self.clock = self._clock = clock
        self.journal = self._journal = Journal(bus, clock)
        self.pings = Pings(bus, clock, outbox)
        self.ownership = Ownership(clock, self._journal, ownership or OwnershipPolicy(), self.pings)
        self.handovers = Handovers(clock, self._journal, self.ownership)
        self.snoozing = Snoozing(clock, self._journal, self.ownership)
        self.availability = Availability(clock)
        self._outbox = outbox
        self._patience = patience or SilencePolicy()
        self.promises = Promises(clock)
        self.answers = Answers(self._journal, clock, self._patience, self.promises)
        self.deletions = Deletions(clock, self._journal, outbox, self.answers)
        self.mentions = Mentions(self.pings)
        self.merging = Merging(clock, self._journal, self.ownership, outbox, self._patience)
        outbox.follow(self.part_moved)
        self.agents_named = agents_named

    # --- the contact's side -----------------------------------------------------------------------------------------

    def open(
        self, session: Session, contact: Contact | Addressee, question: str, *, reason: str, category: str | None = None
    ) -> Ticket:
        """Hand a question to people; its id is the number that the contact sees."""
        now = self._clock()
        ticket = Ticket(
            contact_id=contact.id,
            question=question,
            category=category,
            language=contact.language,
            reason=reason,
            status=TicketStatus.OPEN,
            opened_at=now,
            waiting_since=now,
            unanswered_since=now,
            updated_at=now,
            joined_acknowledged=False,
            patience_asked=False,
            version=0,
        )
        session.add(ticket)
        session.flush()
        self.promises.start(session, ticket, now)
        opened = self._journal.event(session, ticket, "opened")
        index_message(session, opened, contact.id, question)
        self.pings.report_opened(session, ticket)
        return ticket

    def join(self, session: Session, ticket: Ticket, message_ids: Sequence[int] = ()) -> None:
        """Record further words of the contact: an answered ticket is due again, a waiting one keeps its due time."""
        now = self._clock()
        ticket.unanswered_since = ticket.unanswered_since or now
        if ticket.status is TicketStatus.WAITING:
            ticket.status, ticket.waiting_since = TicketStatus.OPEN, now
            self.promises.start(session, ticket, now)
            self._patience.stop_waiting(ticket)
        ticket.read_at = now
        woken = self.snoozing.wake(session, ticket)
        self.ownership.return_unattended(session, ticket, woken=woken)
        self._journal.note_joined(session, ticket, message_ids)

    def attach(self, session: Session, ticket: Ticket) -> None:
        """Record words of the contact that leave the ticket as it is: they are not silent, so no reminder is needed."""
        ticket.read_at, ticket.remind_at = self._clock(), None
        if ticket.status in LIVE:
            self.snoozing.wake(session, ticket)

    def looked_at(self, ticket: Ticket) -> None:
        """Record that the contact has read what agents wrote so far."""
        ticket.read_at = self._clock()

    def confirm(self, session: Session, ticket: Ticket) -> None:
        """Close the ticket: the contact says that the question is solved."""
        ticket.read_at = self._clock()
        if ticket.status in LIVE:
            self._close(session, ticket, "confirmed")

    def rate(self, session: Session, ticket: Ticket, stars: int) -> None:
        """Record the contact's rating of the help, from 1 to 5; a later one replaces it."""
        ticket.rating, ticket.read_at = min(5, max(1, stars)), self._clock()
        self._journal.event(session, ticket, "rated")

    def comment(self, session: Session, ticket: Ticket, text: str) -> None:
        """Record the contact's comment about the help."""
        ticket.rating_comment = clean(text)[:4000]
        self._journal.touch(session, ticket)

    def dispute(self, session: Session, ticket: Ticket) -> None:
        """Reopen the ticket: the contact says that it is not solved. Any agent may claim it."""
        if ticket.status not in LIVE:
            self._reopen(session, ticket, "not_solved")

    def withdraw(self, session: Session, ticket: Ticket) -> None:
        """Withdraw the question: the contact needs no answer, and the ticket leaves the queue with all its lines."""
        if ticket.status in LIVE:
            ticket.status, ticket.waiting_since = TicketStatus.WITHDRAWN, None
            self.promises.release(session, ticket)
            self._patience.close(ticket, self._clock())
            self._journal.event(session, ticket, "withdrawn")

    def time_out(self, session: Session, ticket: Ticket) -> None:
        """Close the ticket after the contact's silence."""
        self._close(session, ticket, "timed_out")

    # --- the agent's side -------------------------------------------------------------------------------------------

    def reply(
        self,
        session: Session,
        ticket_id: int,
        agent_id: int,
        text: str,
        key: str | None = None,
        files: Sequence[tuple[str, Kept]] = (),
    ) -> int:
        """Answer the contact in private and return the message's id; the same request under one `key` is one message.

        Claims the ticket if it is free. It waits for the contact once every part is confirmed
        (handoff/tickets/confirmed_answers.py). `files` as in `OutgoingMessage`; they may be sent without text. Raises
        as `claim` does, EmptyTextError without either, and KeyUsedError if the key stands for another request.
        """
        text = clean(text).strip() if files else _worded(text)
        named = tuple((name, kept.key) for name, kept in files)
        asked = KeyedRequest(key, MessageKind.OUTGOING, ticket_id, agent_id, text, named) if key is not None else None
        if asked and (known := earlier_message(session, asked)):
            return known
        ticket = self.ownership.hold(session, ticket_id, agent_id)
        if asked and (known := claim_key(session, asked)):
            return known
        contact, agent = self._contact(session, ticket), session.get_one(Agent, agent_id)
        message_id = self._outbox.post(
            session,
            contact,
            OutgoingMessage(
                self._as_sent(ticket, agent.name, text),
                ticket_id=ticket.id,
                author=agent.name,
                agent_id=agent_id,
                key=key,
                shown=text,
                files=files,
            ),
        )
        message = session.get_one(Message, message_id)
        message.unnamed, message.key_digest = not self.agents_named, asked.digest if asked else None
        ticket.unanswered_since, ticket.joined_acknowledged, ticket.patience_asked = None, False, False
        self.ownership.touch(ticket, agent_id)
        contact.version += 1
        self._journal.touch(session, ticket)
        return message_id

    def preview(
        self, session: Session, ticket_id: int, agent_id: int, text: str, *, with_files: bool = False
    ) -> RichText:
        """Return a reply as `reply` would send it, before it is split.

        Raises:
            NotFoundError: there is no such ticket.
            EmptyTextError: there are neither words nor files.
        """
        text, ticket = clean(text).strip() if with_files else _worded(text), session.get(Ticket, ticket_id)
        if ticket is None:
            raise NotFoundError(f"there is no question #{ticket_id}")
        return self._as_sent(ticket, session.get_one(Agent, agent_id).name, text)

    def _as_sent(self, ticket: Ticket, author: str, text: str) -> RichText:
        return with_author(ticket, readable(author) if self.agents_named else "", text)

    def correct(self, session: Session, message_id: int, agent_id: int, text: str) -> None:
        """Edit the agent's own reply, even if the contact has already received it; a closed ticket stays closed.

        Raises:
            NotFoundError: there is no such reply of this agent's.
            EmptyTextError: there are no words.
        """
        message = session.get(Message, message_id, with_for_update=True)
        if message is None or message.kind is not MessageKind.OUTGOING or message.agent_id != agent_id:
            raise NotFoundError(f"there is no reply {message_id} of yours")
        text = _worded(text)
        if text == message.text or message.ticket_id is None:
            return
        ticket = self._journal.ticket(session, message.ticket_id)
        corrected = with_author(ticket, "" if message.unnamed else readable(message.author), text)
        self._outbox.revise(session, message_id, corrected, shown=text, by_agent=True)
        self.ownership.touch(ticket, agent_id)
        self._journal.touch(session, ticket)

    def note(self, session: Session, ticket_id: int, agent_id: int, text: str, key: str | None = None) -> int:
        """Write a note that only agents read; allowed on a ticket that another agent holds. Return the message's id.

        Colleagues whom it names with an @ find the ticket marked as new.

        `key` as for `reply`.
        """
        text = _worded(text)
        ticket = self._journal.ticket(session, ticket_id)
        asked = KeyedRequest(key, MessageKind.NOTE, ticket_id, agent_id, text) if key is not None else None
        if asked and (known := claim_key(session, asked)):
            return known
        agent = session.get_one(Agent, agent_id)
        self.ownership.touch(ticket, agent_id)
        message_id = self._journal.line(session, ticket, MessageKind.NOTE, text, agent=agent, asked=asked)
        self.mentions.record(session, ticket, message_id, agent_id, text)
        return message_id

    def resolve(self, session: Session, ticket_id: int, agent_id: int, undo_within: timedelta = timedelta(0)) -> None:
        """Close the ticket and ask the contact whether it is solved, after the time for `undo_resolve`.

        Raises as `claim` does.
        """
        ticket = self.ownership.hold(session, ticket_id, agent_id)
        self._close(session, ticket, SOLVED, agent_id)
        contact, language = self._contact(session, ticket), ticket.language
        contact.version += 1
        self._outbox.post(
            session,
            contact,
            OutgoingMessage(
                RichText(CONTACT_WORDS.text(language, "Is question #{number} solved?", number=ticket.id)),
                (
                    Choice(CONTACT_WORDS.text(language, "Yes, thank you"), buttons.Solved(ticket.id)),
                    Choice(CONTACT_WORDS.text(language, "No, I still have questions"), buttons.NotSolved(ticket.id)),
                ),
                ticket.id,
                key=f"{_ASKED}{ticket.id}-{ticket.version}",
                held_for=undo_within,
            ),
        )

    def undo_resolve(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Take back that the ticket is solved, before the contact is asked about it; they notice nothing.

        Raises:
            NotFoundError: there is no such ticket.
            TooLateError: another agent or the contact closed it, or the contact was asked already.
        """
        ticket = self._journal.ticket(session, ticket_id)
        last = session.scalars(
            select(Message)
            .where(Message.ticket_id == ticket_id, Message.agent_id == agent_id)
            .order_by(Message.id.desc())
        ).first()
        asked = session.scalar(
            select(Message.id)
            .where(Message.ticket_id == ticket_id, Message.key.startswith(f"{_ASKED}{ticket_id}-", autoescape=True))
            .order_by(Message.id.desc())
            .limit(1)
        )
        if ticket.status is not TicketStatus.SOLVED or asked is None or last is None or last.text != "solved":
            raise TooLateError("there is nothing to undo")
        withdrawals.withdraw(session, asked)
        self.answers.resume(session, ticket)
        self._contact(session, ticket).version += 1
        self._journal.event(session, ticket, "resumed", agent_id)

    def reopen(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Reopen a closed ticket; an open one is left unchanged."""
        ticket = self._journal.ticket(session, ticket_id)
        if ticket.status not in LIVE:
            self._reopen(session, ticket, "reopened", agent_id)

    def mute(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Treat the ticket's contact as spam: their open tickets are closed without a word, and new ones never open.

        Raises HeldError if another agent holds the ticket, and NotFoundError if there is none.
        """
        ticket = self._journal.ticket(session, ticket_id)
        if ticket.status in LIVE:
            ticket = self.ownership.hold(session, ticket_id, agent_id)
        contact, now = self._contact(session, ticket), self._clock()
        if contact.muted_at is not None:
            return
        contact.muted_at, contact.expects = now, None
        contact.version += 1
        if ticket.status not in LIVE:
            self._journal.event(session, ticket, MUTED, agent_id)
        waiting = select(Ticket.id).where(Ticket.contact_id == contact.id, Ticket.status.in_(LIVE)).order_by(Ticket.id)
        for number in session.scalars(waiting).all():
            self._close(session, self._journal.ticket(session, number), MUTED, agent_id)

    def unmute(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Answer the ticket's contact again. Raises NotFoundError if there is no such ticket."""
        ticket = self._journal.ticket(session, ticket_id)
        contact = self._contact(session, ticket)
        if contact.muted_at is not None:
            contact.muted_at = None
            contact.version += 1
            self._journal.event(session, ticket, UNMUTED, agent_id)

    def refresh(self, session: Session, ticket_id: int) -> None:
        """Bring open pages of the ticket up to date: something beside it changed."""
        self._journal.touch(session, self._journal.ticket(session, ticket_id))

    # --- on the way -------------------------------------------------------------------------------------------------

    def part_moved(self, session: Session, moved: Moved) -> None:
        """Process the new state of a part of ours: update the ticket, and open one if the bot's answer was lost."""
        if moved.by_agent:
            self.answers.part_moved(session, moved)
        elif moved.state in {DeliveryState.MAYBE, DeliveryState.FAILED}:
            tickets = lost_answers.Tickets(self._open_lost, self.join)
            lost_answers.hand_over(session, tickets, self._outbox, moved)

    def _open_lost(self, session: Session, contact: Contact, question: str, category: str | None) -> Ticket:
        return self.open(session, contact, question, reason=lost_answers.REASON, category=category)

    # --- shared -----------------------------------------------------------------------------------------------------

    def _contact(self, session: Session, ticket: Ticket) -> Contact:
        return session.get_one(Contact, ticket.contact_id)

    def _close(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> None:
        now = self._clock()
        ticket.status, ticket.solved_at, ticket.waiting_since = TicketStatus.SOLVED, now, None
        underway = ticket.unanswered_since is None and ticket.undelivered in {None, DeliveryState.RETRYING}
        if word != SOLVED or not underway:  # an answer on its way still keeps the promise
            self.promises.release(session, ticket)
        self._patience.close(ticket, now)
        self._journal.event(session, ticket, word, agent_id)

    def _reopen(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> None:
        now = self._clock()
        ticket.status, ticket.waiting_since, ticket.solved_at = TicketStatus.OPEN, now, None
        ticket.unanswered_since = now
        self._patience.reopen(ticket, now)
        if ticket.assignee_id is not None:  # an agent who reopens their own ticket wants it themselves
            ticket.previous_assignee_id = ticket.assignee_id if ticket.assignee_id != agent_id else None
        take_back(ticket)
        self.promises.start(session, ticket, now)
        self._contact(session, ticket).version += 1
        self._journal.event(session, ticket, word, agent_id)


def _worded(text: str) -> str:
    text = clean(text).strip()
    if not readable(from_agent(text).text):
        raise EmptyTextError("write the words first")
    return text
