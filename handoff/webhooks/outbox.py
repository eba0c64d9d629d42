"""Writing of events in the transaction of the change that they report.

The webhooks that listen are kept in memory, so that an event that none of them wants costs nothing. Each process reads
the list again every two seconds (`Listeners.run`), and at once after a change of its own.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Contact, Message, Ticket
from handoff.webhooks.models import Webhook, WebhookDelivery, WebhookEvent
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.storage import rows

EVENTS = "webhook events"
"""Bus topic: an event waits to be sent."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A webhook that is neither paused nor disabled."""

    id: int
    events: frozenset[str]
    with_texts: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to a ticket."""

    event: WebhookEvent
    how: str | None = None
    """Word for the cause; docs/webhooks.md lists them."""
    agent_id: int | None = None
    message_ids: Sequence[int] = ()
    """Messages that it is about."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is stored for each webhook that wants it."""

    event: WebhookEvent
    contact_id: int | None
    data: dict[str, Any]
    texts: Callable[[], dict[str, Any]] = dict
    """Personal texts, read only if a webhook includes them."""


_WORDS: dict[str, tuple[WebhookEvent, str]] = {
    "opened": (WebhookEvent.OPENED, "contact"),
    "written_first": (WebhookEvent.OPENED, "agent"),
    "claimed": (WebhookEvent.ASSIGNED, "claim"),
    "transferred": (WebhookEvent.ASSIGNED, "transfer"),
    "released": (WebhookEvent.UNASSIGNED, "release"),
    "lapsed": (WebhookEvent.UNASSIGNED, "lapse"),
    "returned": (WebhookEvent.UNASSIGNED, "absence"),
    "returned_late": (WebhookEvent.UNASSIGNED, "overdue"),
    "solved": (WebhookEvent.RESOLVED, "agent"),
    "confirmed": (WebhookEvent.RESOLVED, "contact"),
    "timed_out": (WebhookEvent.RESOLVED, "silence"),
    "withdrawn": (WebhookEvent.WITHDRAWN, "contact"),
    "merged_away": (WebhookEvent.WITHDRAWN, "merge"),
    "reopened": (WebhookEvent.REOPENED, "agent"),
    "not_solved": (WebhookEvent.REOPENED, "contact"),
    "resumed": (WebhookEvent.REOPENED, "undo"),
    "answer_lost": (WebhookEvent.REOPENED, "lost_answer"),
    "rated": (WebhookEvent.RATED, "contact"),
}
"""Lines of a thread (`Journal.event`) that are events for webhooks."""


def happening(word: str, agent_id: int | None, *, solved: bool) -> Happening | None:
    """Return the event that a line of a thread stands for; None if webhooks are not notified of it.

    A contact who is marked as spam has their tickets closed (`solved`), or had none.
    """
    if word.startswith("assigned"):  # by a rule; by a lead, whose name and reason follow
        return Happening(WebhookEvent.ASSIGNED, "rule" if word == "assigned" else "lead", agent_id)
    if word == "muted":
        return Happening(WebhookEvent.RESOLVED, "spam", agent_id) if solved else None
    known = _WORDS.get(word)
    return Happening(*known, agent_id) if known is not None else None


class WebhookOutbox:
    """Writes events; works within the caller's transaction."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.listeners: tuple[Listener, ...] = ()
        self.desk_address: str | None = None
        """Public address of the desk, without a slash at its end; None if it is not known."""

    def wants(self, event: WebhookEvent) -> bool:
        """Return whether any webhook is notified of this event."""
        return any(event in one.events for one in self.listeners)

    def report(self, session: Session, ticket: Ticket, what: Happening) -> None:
        """Write the event for each webhook that wants it; the ticket's row is as the change leaves it."""
        if not self.wants(what.event):
            return
        data = self._ticket_data(session, ticket, what)
        event = Event(what.event, ticket.contact_id, data, lambda: _texts(session, ticket, what))
        self._write(session, event, self.listeners)

    def test(self, session: Session, webhook_id: int) -> int:
        """Write a test event for one webhook; return the number of its line in the log."""
        event = Event(WebhookEvent.TEST, None, {"webhook": {"id": webhook_id}})
        listener = Listener(webhook_id, frozenset({WebhookEvent.TEST}), with_texts=False)
        (number,) = self._write(session, event, (listener,))
        return number

    def _write(self, session: Session, event: Event, listeners: Sequence[Listener]) -> list[int]:
        numbers = _add_for_each(session, listeners, event, self._clock())
        if numbers:
            after_commit(session, lambda: self._bus.publish(EVENTS))
        return numbers

    def _ticket_data(self, session: Session, ticket: Ticket, what: Happening) -> dict[str, Any]:
        contact = session.get_one(Contact, ticket.contact_id)
        address = f"{self.desk_address}/desk/tickets/{ticket.id}" if self.desk_address else None
        data: dict[str, Any] = {
            "ticket": {
                "id": ticket.id,
                "url": address,
                "status": ticket.status.value,
                "channel": contact.account,
                "category": ticket.category,
                "language": ticket.language,
                "reason": ticket.reason,
                "assignee_id": ticket.assignee_id,
                "opened_at": _moment(ticket.opened_at),
                "due_at": _moment(ticket.due_at),
                "solved_at": _moment(ticket.solved_at),
                "undelivered": ticket.undelivered.value if ticket.undelivered else None,
                "rating": ticket.rating,
                "version": ticket.version,
            },
            "contact": {"id": ticket.contact_id},
            "how": what.how,
            "agent": {"id": what.agent_id} if what.agent_id is not None else None,
        }
        if what.message_ids:
            data["message"] = {"ids": list(what.message_ids)}
        return data


def report_erasure(session: Session, contact_id: int, now: datetime) -> None:
    """Report that everything about a contact was erased, so that receivers erase what they kept.

    It is rare, so the list of webhooks is read from the database.
    """
    event = Event(WebhookEvent.ERASED, None, {"contact": {"id": contact_id}})
    _add_for_each(session, read_listeners(session), event, now)


def _add_for_each(session: Session, listeners: Sequence[Listener], event: Event, now: datetime) -> list[int]:
    """Write the event for each webhook that wants it; return the numbers of the rows."""
    numbers = []
    for listener in listeners:
        if event.event in listener.events:
            data = _with(event.data, event.texts()) if listener.with_texts else event.data
            numbers.append(_add(session, listener.id, event, data, now))
    return numbers


def _add(session: Session, webhook_id: int, event: Event, data: dict[str, Any], now: datetime) -> int:
    payload = {"type": event.event.value, "timestamp": _moment(now), "data": data}
    return rows.add(
        session,
        WebhookDelivery,
        webhook_id=webhook_id,
        contact_id=event.contact_id,
        key=f"msg_{secrets.token_hex(16)}",
        event=event.event,
        payload=payload,
        created_at=now,
        next_attempt_at=now,
    )


def _texts(session: Session, ticket: Ticket, what: Happening) -> dict[str, Any]:
    """Return the personal texts of an event, by the part of the data that each completes."""
    texts: dict[str, Any] = {}
    if what.event is WebhookEvent.OPENED:
        texts["ticket"] = {"question": ticket.question}
    if what.message_ids:
        wanted = select(Message.text).where(Message.id.in_(what.message_ids)).order_by(Message.id)
        texts["message"] = {"text": "\n".join(text for text in session.scalars(wanted) if text)}
    return texts


def _with(data: dict[str, Any], texts: dict[str, Any]) -> dict[str, Any]:
    return {name: {**value, **texts[name]} if name in texts else value for name, value in data.items()}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at is not None else None


def read_listeners(session: Session) -> tuple[Listener, ...]:
    """Read the webhooks that are notified of events now."""
    wanted = select(Webhook.id, Webhook.events, Webhook.with_texts).where(
        Webhook.paused_at.is_(None), Webhook.disabled_at.is_(None)
    )
    return tuple(Listener(row.id, frozenset(row.events), row.with_texts) for row in session.execute(wanted))
