"""Lines that actions write in a ticket's thread, and the notice of a change to open pages."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from handoff.errors import NotFoundError
from handoff.models import LIVE, Agent, Message, MessageKind, Ticket
from handoff.search.index import index_message
from handoff.tickets.idempotency import KeyedRequest
from handoff.webhooks.models import WebhookEvent
from handoff.webhooks.outbox import Happening, WebhookOutbox, happening
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit


class Journal:
    """Writer of events and notes; each marks its ticket as changed. Events are reported to webhooks."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.webhooks = WebhookOutbox(bus, clock)

    def ticket(self, session: Session, ticket_id: int) -> Ticket:
        ticket = session.get(Ticket, ticket_id, populate_existing=True, with_for_update=True)
        if ticket is None:
            raise NotFoundError(f"there is no question #{ticket_id}")
        return ticket

    def event(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> int:
        agent = session.get(Agent, agent_id) if agent_id is not None else None
        return self.line(session, ticket, MessageKind.EVENT, word, agent=agent)

    def line(
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
        self.touch(session, ticket)
        session.flush()
        if kind is MessageKind.NOTE:
            index_message(session, message.id, ticket.contact_id, text)
        elif kind is MessageKind.EVENT:
            self.report(session, ticket, text, agent.id if agent else None)
        return message.id

    def report(self, session: Session, ticket: Ticket, word: str, agent_id: int | None = None) -> None:
        """Report to webhooks what the word of an event says; used alone for a change without a line in the thread."""
        what = happening(word, agent_id, solved=ticket.status not in LIVE)
        if what is not None:
            self.webhooks.report(session, ticket, what)

    def note_joined(self, session: Session, ticket: Ticket, message_ids: Sequence[int]) -> None:
        """Mark the ticket as changed by further words of its contact."""
        self.touch(session, ticket)
        self.webhooks.report(session, ticket, Happening(WebhookEvent.RECEIVED, message_ids=message_ids))

    def touch(self, session: Session, ticket: Ticket) -> None:
        ticket.version += 1
        ticket.updated_at = self._clock()
        contact_id = str(ticket.contact_id)
        after_commit(session, lambda: self._bus.publish("desk", contact_id))
