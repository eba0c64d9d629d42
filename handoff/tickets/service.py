"""Use cases of a ticket. Each runs whole within the caller's unit of work, or raises and changes nothing."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.deliveries.outcomes import Moved
from handoff.errors import ClosedError, EmptyTextError, HeldError, NotFoundError
from handoff.messages import buttons
from handoff.messages.names import readable
from handoff.messages.rich_text import clean, from_agent
from handoff.messages.values import Addressee, RichText
from handoff.models import LIVE, Agent, Contact, DeliveryState, Message, MessageKind, Ticket, TicketStatus
from handoff.tickets import lost_answers, queue
from handoff.tickets.confirmed_answers import ANSWER_WITHIN, Answers, with_author
from handoff.tickets.idempotency import KeyedRequest, claim_key, earlier_message
from handoff.tickets.silence_policy import SilencePolicy
from handoff.words import WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.files import Kept


class Desk:
    """Tickets: opened by the bot, worked by agents, closed by either side."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        outbox: Outbox,
        patience: SilencePolicy | None = None,
        *,
        agents_named: bool = True,
    ) -> None:
        """`agents_named` says whether contacts see the names of agents."""
        self._bus = bus
        self._clock = clock
        self._outbox = outbox
        self._patience = patience or SilencePolicy()
        self.answers = Answers(bus, clock, self._patience)
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
            due_at=now + ANSWER_WITHIN,
            waiting_since=now,
            unanswered_since=now,
            updated_at=now,
            joined_acknowledged=False,
            patience_asked=False,
            version=0,
        )
        session.add(ticket)
        session.flush()
        self._event(session, ticket, "opened")
        return ticket

    def join(self, session: Session, ticket: Ticket) -> None:
        """Record further words of the contact: an answered ticket is due again, a waiting one keeps its due time."""
        now = self._clock()
        ticket.unanswered_since = ticket.unanswered_since or now
        if ticket.status is TicketStatus.WAITING:
            ticket.status, ticket.waiting_since, ticket.due_at = TicketStatus.OPEN, now, now + ANSWER_WITHIN
            self._patience.stop_waiting(ticket)
        ticket.read_at = now
        self._touch(session, ticket)

    def attach(self, ticket: Ticket) -> None:
        """Record words of the contact that leave the ticket as it is: they are not silent, so no reminder is needed."""
        ticket.read_at, ticket.remind_at = self._clock(), None

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
        self._event(session, ticket, "rated")

    def comment(self, session: Session, ticket: Ticket, text: str) -> None:
        """Record the contact's comment about the help."""
        ticket.rating_comment = clean(text)[:4000]
        self._touch(session, ticket)

    def dispute(self, session: Session, ticket: Ticket) -> None:
        """Reopen the ticket: the contact says that it is not solved. Any agent may claim it."""
        if ticket.status not in LIVE:
            self._reopen(session, ticket, "not_solved")

    def withdraw(self, session: Session, ticket: Ticket) -> None:
        """Withdraw the question: the contact needs no answer, and the ticket leaves the queue with all its lines."""
        if ticket.status in LIVE:
            ticket.status, ticket.waiting_since = TicketStatus.WITHDRAWN, None
            self._patience.close(ticket, self._clock())
            self._event(session, ticket, "withdrawn")

    def time_out(self, session: Session, ticket: Ticket) -> None:
        """Close the ticket after the contact's silence."""
        self._close(session, ticket, "timed_out")

    # --- the agent's side -------------------------------------------------------------------------------------------

    def claim(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Claim the ticket, or renew one's claim.

        Raises:
            NotFoundError: there is no such ticket.
            HeldError: another agent's claim is in force.
            ClosedError: it is solved or withdrawn.
        """
        now = self._clock()
        before = session.scalar(select(Ticket.assignee_id).where(Ticket.id == ticket_id))
        taken = session.execute(
            update(Ticket)
            .where(
                Ticket.id == ticket_id,
                Ticket.status.in_(LIVE),
                or_(queue.free(now), Ticket.assignee_id == agent_id),
            )
            .values(assignee_id=agent_id, claimed_until=now + queue.CLAIM)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
            raise self._why_not(session, ticket_id)
        ticket = self._ticket(session, ticket_id)
        if before != agent_id:
            self._event(session, ticket, "claimed", agent_id)

    def take_next(self, session: Session, agent_id: int) -> int | None:
        """Claim the question with the oldest due time; None if there is none for this agent.

        Questions that a colleague should see first are left out; see `queue.next_free` for those.
        """
        ticket_id = queue.next_free(session, self._clock(), agent_id)
        if ticket_id is not None:
            self.claim(session, ticket_id, agent_id)
        return ticket_id

    def release(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Release the ticket to the queue. Raises as `claim` does."""
        ticket = self._hold(session, ticket_id, agent_id)
        ticket.assignee_id = ticket.claimed_until = None
        self._event(session, ticket, "released", agent_id)

    def release_all(self, session: Session, agent_id: int) -> int:
        """Release every live ticket of an agent whose access ended; return their number."""
        held = session.scalars(
            select(Ticket).where(Ticket.assignee_id == agent_id, Ticket.status.in_(LIVE)).with_for_update()
        ).all()
        for ticket in held:
            ticket.assignee_id = ticket.claimed_until = None
            self._event(session, ticket, "released", agent_id)
        return len(held)

    def transfer(self, session: Session, ticket_id: int, agent_id: int, to_agent_id: int) -> None:
        """Hand the ticket to a colleague. Raises as `claim` does, and NotFoundError for an unknown colleague."""
        ticket = self._hold(session, ticket_id, agent_id)
        colleague = session.get(Agent, to_agent_id)
        if colleague is None or colleague.disabled_at is not None:
            raise NotFoundError(f"there is no agent {to_agent_id}")
        ticket.assignee_id = to_agent_id
        self._event(session, ticket, "transferred", to_agent_id)

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
        ticket = self._hold(session, ticket_id, agent_id)
        if asked and (known := claim_key(session, asked)):
            return known
        contact, agent = self._contact(session, ticket), session.get_one(Agent, agent_id)
        message_id = self._outbox.post(
            session,
            contact,
            OutgoingMessage(
                with_author(ticket, readable(agent.name) if self.agents_named else "", text),
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
        contact.version += 1
        self._touch(session, ticket)
        return message_id

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
        ticket = self._ticket(session, message.ticket_id)
        corrected = with_author(ticket, "" if message.unnamed else readable(message.author), text)
        self._outbox.revise(session, message_id, corrected, shown=text, by_agent=True)
        self._touch(session, ticket)

    def note(self, session: Session, ticket_id: int, agent_id: int, text: str, key: str | None = None) -> int:
        """Write a note that only agents read; allowed on a ticket that another agent holds. Return the message's id.

        `key` as for `reply`.
        """
        text = _worded(text)
        ticket = self._ticket(session, ticket_id)
        asked = KeyedRequest(key, MessageKind.NOTE, ticket_id, agent_id, text) if key is not None else None
        if asked and (known := claim_key(session, asked)):
            return known
        agent = session.get_one(Agent, agent_id)
        return self._line(session, ticket, MessageKind.NOTE, text, agent=agent, asked=asked)

    def resolve(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Close the ticket and ask the contact whether it is solved. Raises as `claim` does."""
        ticket = self._hold(session, ticket_id, agent_id)
        self._close(session, ticket, "solved", agent_id)
        contact, language = self._contact(session, ticket), ticket.language
        contact.version += 1
        self._outbox.post(
            session,
            contact,
            OutgoingMessage(
                RichText(WORDS.text(language, "Is question №{number} solved?", number=ticket.id)),
                (
                    Choice(WORDS.text(language, "Yes, thank you"), buttons.Solved(ticket.id)),
                    Choice(WORDS.text(language, "No, I still have questions"), buttons.NotSolved(ticket.id)),
                ),
                ticket.id,
            ),
        )

    def reopen(self, session: Session, ticket_id: int, agent_id: int) -> None:
        """Reopen a closed ticket; an open one is left unchanged."""
        ticket = self._ticket(session, ticket_id)
        if ticket.status not in LIVE:
            self._reopen(session, ticket, "reopened", agent_id)

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

    def _hold(self, session: Session, ticket_id: int, agent_id: int) -> Ticket:
        self.claim(session, ticket_id, agent_id)
        return self._ticket(session, ticket_id)

    def _why_not(self, session: Session, ticket_id: int) -> Exception:
        ticket = self._ticket(session, ticket_id)
        if ticket.status not in LIVE:
            return ClosedError("this question is closed: reopen it first")
        return HeldError(session.get_one(Agent, ticket.assignee_id).name)

    def _ticket(self, session: Session, ticket_id: int) -> Ticket:
        ticket = session.get(Ticket, ticket_id, populate_existing=True, with_for_update=True)
        if ticket is None:
            raise NotFoundError(f"there is no question №{ticket_id}")
        return ticket

    def _contact(self, session: Session, ticket: Ticket) -> Contact:
        return session.get_one(Contact, ticket.contact_id)

    def _close(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> None:
        now = self._clock()
        ticket.status, ticket.solved_at, ticket.waiting_since = TicketStatus.SOLVED, now, None
        self._patience.close(ticket, now)
        self._event(session, ticket, word, agent_id)

    def _reopen(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> None:
        now = self._clock()
        ticket.status, ticket.waiting_since, ticket.solved_at = TicketStatus.OPEN, now, None
        ticket.unanswered_since = now
        self._patience.reopen(ticket, now)
        if ticket.assignee_id is not None:  # an agent who reopens their own ticket wants it themselves
            ticket.previous_assignee_id = ticket.assignee_id if ticket.assignee_id != agent_id else None
        ticket.assignee_id = ticket.claimed_until = None
        ticket.due_at = now + ANSWER_WITHIN
        self._contact(session, ticket).version += 1
        self._event(session, ticket, word, agent_id)

    def _event(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> None:
        agent = session.get(Agent, agent_id) if agent_id is not None else None
        self._line(session, ticket, MessageKind.EVENT, word, agent=agent)

    def _line(
        self,
        session: Session,
        ticket: Ticket,
        kind: MessageKind,
        text: str,
        *,
        agent: Agent | None,
        asked: KeyedRequest | None = None,
    ) -> int:
        message = Message(
            contact_id=ticket.contact_id,
            ticket_id=ticket.id,
            kind=kind,
            text=text,
            author=agent.name if agent else "",
            agent_id=agent.id if agent else None,
            key=asked.key if asked else None,
            key_digest=asked.digest if asked else None,
            at=self._clock(),
        )
        session.add(message)
        self._touch(session, ticket)
        session.flush()
        return message.id

    def _touch(self, session: Session, ticket: Ticket) -> None:
        ticket.version += 1
        ticket.updated_at = self._clock()
        contact_id = str(ticket.contact_id)
        after_commit(session, lambda: self._bus.publish("desk", contact_id))


def _worded(text: str) -> str:
    text = clean(text).strip()
    if not readable(from_agent(text).text):
        raise EmptyTextError("write the words first")
    return text
