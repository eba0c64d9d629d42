"""A contact's thread as agents read it: every line, and under each outgoing one how far it has come."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages import Attachment
from handoff.models import Delivery, DeliveryState, Message, MessageKind

LINES = 200
"""How many of the latest lines a thread shows."""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One part of an outgoing message on its way."""

    id: int
    state: DeliveryState
    reason: str | None
    attempts: int
    repeated: bool
    next_attempt_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a thread."""

    id: int
    kind: MessageKind
    author: str
    """Empty where the bot speaks."""
    by_agent: bool
    ticket_id: int | None
    text: str
    """Of an event: its word, e.g. `claimed`."""
    attachments: tuple[Attachment, ...]
    edited_at: datetime | None
    at: datetime
    deliveries: tuple[DeliveryView, ...]
    choices: tuple[str, ...]
    """Labels of the buttons that were offered under it."""


def thread(session: Session, contact_id: int) -> tuple[Line, ...]:
    """The latest lines of the contact's thread, oldest first."""
    latest = session.scalars(
        select(Message).where(Message.contact_id == contact_id).order_by(Message.id.desc()).limit(LINES)
    ).all()
    parts: defaultdict[int, list[DeliveryView]] = defaultdict(list)
    choices: defaultdict[int, list[str]] = defaultdict(list)
    wanted = [message.id for message in latest if message.kind is MessageKind.OUTGOING]
    for row in session.scalars(select(Delivery).where(Delivery.message_id.in_(wanted)).order_by(Delivery.id)):
        choices[row.message_id] += [button["label"] for button in row.buttons]
        parts[row.message_id].append(
            DeliveryView(row.id, row.state, row.reason, row.attempts, row.repeated, row.next_attempt_at, row.updated_at)
        )
    return tuple(_line(message, tuple(parts[message.id]), tuple(choices[message.id])) for message in reversed(latest))


def _line(message: Message, deliveries: tuple[DeliveryView, ...], choices: tuple[str, ...]) -> Line:
    return Line(
        id=message.id,
        kind=message.kind,
        author=message.author,
        by_agent=message.agent_id is not None,
        ticket_id=message.ticket_id,
        text=message.text,
        attachments=tuple(Attachment(**attachment) for attachment in message.attachments or ()),
        edited_at=message.edited_at,
        at=message.at,
        deliveries=deliveries,
        choices=choices,
    )
