"""Pinging agents: rows for the open pages of the desk, and messages through the outbox to their linked accounts.

A ping names the kind and the number of the question and holds nothing of its contact. In an agent's quiet hours it is
left out, not delayed (docs/decisions/0066). Each works within the unit of work of what it reports, so it is neither
lost nor repeated.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import Addressee, RichText
from handoff.models import Agent, Contact, Ticket
from handoff.tickets.claims import holds
from handoff.tickets.pings.models import AgentAccount, Ping, PingKind
from handoff.tickets.pings.settings import choice_of, choices
from handoff.words import WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.storage import rows
from infra.wording import mark

TOPIC = "agent"
"""Topic of the bus for what concerns one agent's pages; a note is the agent's id and `NOTE`."""
NOTE = "ping"
SHOWN_FOR = timedelta(minutes=10)
"""How long after it a page that was away still reports a ping."""
_MOST = 20
SENTENCES = {
    PingKind.OPENED: mark("New question #{number}"),
    PingKind.ASSIGNED: mark("Question #{number} is yours now"),
    PingKind.MENTIONED: mark("A note on question #{number} mentions you"),
    PingKind.OVERDUE: mark("The answer to question #{number} is overdue"),
}


class Pings:
    """Pings agents who want it."""

    def __init__(self, bus: Bus, clock: Clock, outbox: Outbox) -> None:
        self._bus = bus
        self._clock = clock
        self._outbox = outbox
        self.desk_address: str | None = None
        """Public address of the program, for links in messages; None if it has none."""

    def report_opened(self, session: Session, ticket: Ticket) -> None:
        """Ping the agents who want to know of new questions."""
        self._ping(session, self._everyone(session), PingKind.OPENED, ticket, str(ticket.id))

    def report_assigned(self, session: Session, ticket: Ticket, agent_id: int) -> None:
        """Ping an agent who was given the ticket by someone else or by a rule."""
        self._ping(session, [agent_id], PingKind.ASSIGNED, ticket, f"{ticket.id}-{ticket.version}")

    def report_mentioned(self, session: Session, ticket: Ticket, agent_id: int, message_id: int) -> None:
        """Ping an agent whom a note names."""
        self._ping(session, [agent_id], PingKind.MENTIONED, ticket, str(message_id))

    def report_overdue(self, session: Session, ticket: Ticket, promise_id: int) -> None:
        """Ping the ticket's holder about an overdue promise, or all agents if it has none; a repeat does nothing.

        A program, and an agent whose access ended, count as no holder.
        """
        reference, now = str(promise_id), self._clock()
        session.add(Ping(kind=PingKind.OVERDUE, ticket_id=ticket.id, reference=reference, at=now))
        holder = [ticket.assignee_id] if ticket.assignee_id is not None and holds(ticket, now) else []
        agents = _people(session, holder) or self._everyone(session)
        due = ticket.due_at or now
        self._ping(session, agents, PingKind.OVERDUE, ticket, f"{reference}-{due.timestamp():.0f}")

    def _everyone(self, session: Session) -> Iterable[int]:
        """Return the agents who are not away; programs are never pinged."""
        here = select(Agent.id).where(Agent.away_since.is_(None), *_has_access())
        chosen, now = choices(session), self._clock()
        quiet = {agent_id for agent_id, choice in chosen.items() if choice.is_quiet(now)}
        return [agent_id for agent_id in session.scalars(here.order_by(Agent.id)) if agent_id not in quiet]

    def _ping(self, session: Session, agent_ids: Iterable[int], kind: PingKind, ticket: Ticket, reference: str) -> None:
        now = self._clock()
        for agent_id in _people(session, agent_ids):
            choice = choice_of(session, agent_id)
            if not choice.wants(kind, now):
                continue
            ping = {"agent_id": agent_id, "kind": kind, "ticket_id": ticket.id, "reference": reference, "at": now}
            number = rows.add_if_new(session, Ping, **ping)
            if number is None:
                continue
            if choice.messenger:
                self._send(session, agent_id, kind, ticket.id, number)
            note = f"{agent_id} {NOTE}"
            after_commit(session, lambda note=note: self._bus.publish(TOPIC, note))  # type: ignore[misc]

    def _send(self, session: Session, agent_id: int, kind: PingKind, ticket_id: int, ping_id: int) -> None:
        language = session.scalar(select(Agent.language).where(Agent.id == agent_id))
        linked = select(Contact).join(AgentAccount, AgentAccount.contact_id == Contact.id)
        for contact in session.scalars(linked.where(AgentAccount.agent_id == agent_id).order_by(Contact.id)).all():
            if contact.unreachable:
                continue
            words = [WORDS.text(language or contact.language, SENTENCES[kind], number=ticket_id)]
            if self.desk_address:
                words.append(f"{self.desk_address.rstrip('/')}/desk/tickets/{ticket_id}")
            whom = Addressee(contact.id, contact.account, contact.user_id, contact.language)
            key = f"ping-{ping_id}-{contact.id}"
            self._outbox.post(session, whom, OutgoingMessage(RichText("\n".join(words)), key=key, once=True))


def _people(session: Session, agent_ids: Iterable[int]) -> Sequence[int]:
    """Return those of the agents who can be pinged, in order."""
    wanted = select(Agent.id).where(Agent.id.in_(list(agent_ids)), *_has_access())
    return session.scalars(wanted.order_by(Agent.id)).all()


def _has_access() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the agent is a person who can sign in."""
    return (Agent.disabled_at.is_(None), Agent.password_hash != "")


def latest_pings(session: Session, agent_id: int, after: int | None, now: datetime) -> tuple[int, Sequence[Ping]]:
    """Return the number of the agent's last ping, and the recent ones after `after`; none if that is None."""
    theirs = select(Ping).where(Ping.agent_id == agent_id).order_by(Ping.id.desc())
    last = session.scalars(theirs.limit(1)).first()
    if last is None or after is None:
        return (last.id if last is not None else 0), ()
    found = session.scalars(theirs.where(Ping.id > after, Ping.at > now - SHOWN_FOR).limit(_MOST)).all()
    return last.id, found[::-1]
