"""Confirmation of agents' answers: an answer counts once the platform has confirmed every part of it.

Until then the ticket stays open and keeps its due time; a question must not be closed by the contact's silence if they
cannot read the answer (docs/decisions/0021). The outbox reports each change of a part that an agent wrote.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.deliveries.outcomes import Moved
from handoff.messages.rich_text import from_agent, units
from handoff.messages.values import RichText
from handoff.models import LIVE, Agent, Contact, Delivery, DeliveryState, Message, MessageKind, Ticket, TicketStatus
from handoff.tickets.claims import end_snooze, take_back
from handoff.tickets.journal import Journal
from handoff.tickets.promises.use_cases import Promises
from handoff.tickets.silence_policy import SilencePolicy
from handoff.webhooks.models import WebhookEvent
from handoff.webhooks.outbox import Happening
from handoff.words import CONTACT_WORDS
from infra.clock import Clock

WRITTEN_FIRST = "written_first"
"""Reason of a ticket that an agent opened by writing to the contact first, and its first event."""
LOST = "answer_lost"
"""Event of a ticket that is reopened because the agents' last answer did not arrive."""
_TROUBLES = (DeliveryState.FAILED, DeliveryState.MAYBE, DeliveryState.REFUSED, DeliveryState.RETRYING)
"""States of a part that keep an answer from its contact, the most urgent for an agent first."""
_LOST = frozenset(_TROUBLES[:3])


class Answers:
    """Updates a ticket as the agents' words in it arrive or get lost; works within the caller's transaction."""

    def __init__(self, journal: Journal, clock: Clock, patience: SilencePolicy, promises: Promises) -> None:
        self._journal = journal
        self._clock = clock
        self._patience = patience
        self._promises = promises

    def part_moved(self, session: Session, moved: Moved) -> None:
        """Process the new state of a part of an agent's message."""
        contact_id, message_id, state = moved.contact_id, moved.message_id, moved.state
        session.flush()
        # Lock the contact first, as every round of the conversation does: its state must not change in between.
        contact = session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
        ticket = session.scalar(
            select(Ticket)
            .where(Ticket.id == select(Message.ticket_id).where(Message.id == message_id).scalar_subquery())
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if contact is None or ticket is None:
            return
        latest = _latest(session, ticket.id, MessageKind.OUTGOING)
        trouble = _trouble(session, ticket.id, latest)
        before, was_solved = (ticket.status, ticket.undelivered), ticket.status is TicketStatus.SOLVED
        ticket.undelivered = trouble
        if state is DeliveryState.SENT and _arrived(_parts(session, message_id)):
            written = session.get_one(Message, message_id).at
            self._arrived(session, ticket, written if message_id == latest else None)
        elif state in _LOST and message_id == latest:
            if state is not DeliveryState.REFUSED:
                end_snooze(ticket)  # the contact cannot write back about an answer that they did not get
            self._lost(session, ticket, session.get_one(Message, message_id))
        if before != (ticket.status, ticket.undelivered):
            contact.version += 1
            self._journal.touch(session, ticket)
        if was_solved and ticket.status in LIVE:
            self._journal.report(session, ticket, LOST)
        self._report(session, ticket, message_id, state)

    def _report(self, session: Session, ticket: Ticket, message_id: int, state: DeliveryState | None) -> None:
        """Report an agent's message whose last part arrived, or of which the first part was lost."""
        event = WebhookEvent.DELIVERED if state is DeliveryState.SENT else WebhookEvent.LOST
        if (state is not DeliveryState.SENT and state not in _LOST) or not self._journal.webhooks.wants(event):
            return
        parts = _parts(session, message_id)
        lost = [part for part in parts if part.state in _LOST]
        if _arrived(parts) if state is DeliveryState.SENT else len(lost) == 1:
            agent_id = session.get_one(Message, message_id).agent_id
            what = Happening(event, state if state in _LOST else None, agent_id, (message_id,))
            self._journal.webhooks.report(session, ticket, what)

    def resume(self, session: Session, ticket: Ticket) -> None:
        """Put a closed ticket back to where its answers left it: waiting for the contact, or open as it was due."""
        now, latest = self._clock(), _latest(session, ticket.id, MessageKind.OUTGOING)
        ticket.solved_at = ticket.reopen_until = None
        if ticket.unanswered_since is None and latest and _arrived(_parts(session, latest)):
            ticket.status = TicketStatus.WAITING
            self._patience.start_waiting(ticket, now)
        else:
            self._wait(session, ticket, ticket.unanswered_since or ticket.opened_at)
            ticket.overdue_at = ticket.due_at if ticket.due_at is not None and ticket.due_at > now else None

    def take_back(self, session: Session, ticket: Ticket) -> None:
        """Take back an answer that was deleted: without another one since their last words, the contact has none."""
        latest = _latest(session, ticket.id, MessageKind.OUTGOING)
        heard = session.get(Message, _latest(session, ticket.id, MessageKind.INCOMING))
        ticket.undelivered = _trouble(session, ticket.id, latest)
        since = heard.at if heard is not None else ticket.opened_at
        if latest > (heard.id if heard is not None else 0):
            return
        if ticket.reason == WRITTEN_FIRST and heard is None:  # the contact has asked nothing, so nothing is due
            if ticket.status is TicketStatus.WAITING:
                ticket.status, ticket.waiting_since = TicketStatus.OPEN, None
                self._patience.stop_waiting(ticket)
            return
        ticket.unanswered_since = ticket.unanswered_since or since
        if ticket.status is TicketStatus.WAITING:
            self._wait(session, ticket, since)
        elif ticket.status not in LIVE:
            self._promises.release(session, ticket)  # the answer that was on its way would have kept it

    def _arrived(self, session: Session, ticket: Ticket, latest: datetime | None) -> None:
        """Process an answer that arrived; `latest` is when it was written, None if there is a later one."""
        now = self._clock()
        if ticket.reason != WRITTEN_FIRST:  # whose contact did not wait: it says nothing about the usual wait
            ticket.first_reply_at = ticket.first_reply_at or now
        if latest is not None:
            self._promises.keep(session, ticket, latest)
        if latest and ticket.status is TicketStatus.OPEN and ticket.unanswered_since is None:
            ticket.status, ticket.waiting_since = TicketStatus.WAITING, None
        if ticket.status is TicketStatus.WAITING:
            self._patience.start_waiting(ticket, now)
            if ticket.reason == WRITTEN_FIRST and ticket.read_at is None:
                ticket.remind_at = None  # the contact has asked nothing that could be answered
        elif latest and ticket.status is TicketStatus.OPEN and ticket.unanswered_since is not None:
            # The contact wrote after the answer was written: from then on they wait for the next one.
            if ticket.due_at is None:
                self._promises.start(session, ticket, ticket.unanswered_since)
            self._wait(session, ticket, ticket.unanswered_since)

    def _lost(self, session: Session, ticket: Ticket, answer: Message) -> None:
        if ticket.status is TicketStatus.WAITING:
            self._wait(session, ticket, answer.at)
        elif _solved_without_the_contact(session, ticket) and ticket.undelivered is not DeliveryState.REFUSED:
            # An agent closed it while the answer was on its way. A refused answer is sent when the contact returns.
            ticket.solved_at = None
            self._patience.reopen(ticket, self._clock())
            self._wait(session, ticket, answer.at)
            holder = session.get(Agent, ticket.assignee_id) if ticket.assignee_id is not None else None
            if holder is not None and holder.disabled_at is not None:
                take_back(ticket, returned_from=holder.id)
        else:
            if ticket.status not in LIVE:
                self._promises.release(session, ticket)
            return
        session.add(
            Message(
                contact_id=ticket.contact_id, ticket_id=ticket.id, kind=MessageKind.EVENT, text=LOST, at=self._clock()
            )
        )

    def _wait(self, session: Session, ticket: Ticket, since: datetime) -> None:
        ticket.status, ticket.waiting_since = TicketStatus.OPEN, since
        self._promises.resume(session, ticket)
        self._patience.stop_waiting(ticket)


def _latest(session: Session, ticket_id: int, kind: MessageKind) -> int:
    """Return the ticket's last message of a kind, for outgoing ones the last of an agent; 0 if there is none."""
    wanted = select(func.max(Message.id)).where(Message.ticket_id == ticket_id, Message.kind == kind)
    if kind is MessageKind.OUTGOING:
        wanted = wanted.where(Message.agent_id.is_not(None))
    return session.scalar(wanted) or 0


def _parts(session: Session, message_id: int) -> Sequence[Delivery]:
    wanted = select(Delivery).where(Delivery.message_id == message_id, Delivery.place.is_(None)).order_by(Delivery.id)
    return session.scalars(wanted).all()


def _arrived(parts: Sequence[Delivery]) -> bool:
    """Return whether the contact has every part; for a lost one, whether they have the correction sent in its place."""
    sent = {
        part.edits or part.id for part in parts if part.state is DeliveryState.SENT and (not part.edits or part.afresh)
    }
    return all(part.edits is not None or part.id in sent for part in parts)


def _trouble(session: Session, ticket_id: int, latest: int) -> DeliveryState | None:
    """Return why the agents' words since the contact's last ones in the ticket have not arrived."""
    heard = _latest(session, ticket_id, MessageKind.INCOMING)
    messages = session.scalars(
        select(Message.id).where(
            Message.ticket_id == ticket_id,
            Message.kind == MessageKind.OUTGOING,
            Message.agent_id.is_not(None),
            Message.id >= min(latest, heard + 1),
        )
    ).all()
    states = {state for message in messages for state in _current(_parts(session, message))}
    return next((state for state in _TROUBLES if state in states), None)


def _current(parts: Sequence[Delivery]) -> set[DeliveryState]:
    """Return the states of a message's parts in their present wording: the last edit of each counts."""
    last = {part.edits or part.id: part.state for part in parts if part.edits is None or part.by_agent}
    return set(last.values())


def _solved_without_the_contact(session: Session, ticket: Ticket) -> bool:
    """Return whether an agent closed the ticket and its contact has not confirmed since that it is solved."""
    if ticket.status is not TicketStatus.SOLVED or ticket.solved_at is None:
        return False
    word = session.scalar(
        select(Message.text)
        .where(Message.ticket_id == ticket.id, Message.kind == MessageKind.EVENT)
        .order_by(Message.id.desc())
        .limit(1)
    )
    return word == "solved" and (ticket.read_at or ticket.opened_at) <= ticket.solved_at


def with_author(ticket: Ticket, agent: str, text: str) -> RichText:
    """Format a reply as the contact reads it; without a name if `agent` is empty."""
    if agent and ticket.reason == WRITTEN_FIRST:
        head = CONTACT_WORDS.text(
            ticket.language, "{agent} writes to you (question #{number}):", agent=agent, number=ticket.id
        )
    elif agent:
        head = CONTACT_WORDS.text(
            ticket.language, "{agent} answers (question #{number}):", agent=agent, number=ticket.id
        )
    else:
        head = CONTACT_WORDS.text(ticket.language, "Question #{number}:", number=ticket.id)
    body = from_agent(text)
    shift = units(head) + 1
    moved = tuple(replace(entity, offset=entity.offset + shift) for entity in body.entities)
    return RichText(f"{head}\n{body.text}".rstrip(), moved)
