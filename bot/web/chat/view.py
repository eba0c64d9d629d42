"""A visitor's conversation as their page shows it, read from the same rows as the desk."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.messages.files import FileView, file, files_of
from handoff.messages.json_columns import load_buttons, load_entities, load_file
from handoff.messages.values import Address, RichText
from handoff.models import (
    ChoiceRow,
    Contact,
    Delivery,
    DeliveryState,
    FileRow,
    InboxEvent,
    InboxState,
    Message,
    MessageKind,
)

LINES = 100
"""Number of latest messages on a page."""
# Parts marked as being sent are shown: in this channel, a stored message has arrived.
_ARRIVED = (DeliveryState.SENDING, DeliveryState.SENT)


@dataclass(frozen=True, slots=True)
class Press:
    """A button that can still be pressed."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Held:
    """A file of a message. `link` is its download address, "" if it is not available (yet)."""

    name: str
    link: str
    picture: bool = False
    """Whether it is shown in the page."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message."""

    mine: bool
    author: str
    """The agent's name; "" for the bot, the visitor and unnamed agents."""
    text: RichText
    files: tuple[Held, ...]
    presses: tuple[Press, ...]
    at: datetime
    unnamed: bool = False
    """Whether it is by an agent whose name is hidden from the visitor."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The current conversation."""

    contact_id: int | None
    bubbles: tuple[Bubble, ...]
    waiting: bool
    """A message has not been handled yet: the reply is pending."""

    @property
    def mark(self) -> str:
        """Version of the shown contents; equal versions are not redrawn, so a button does not vanish during a tap."""
        return hashlib.sha256(repr((self.bubbles, self.waiting)).encode("utf-8", "replace")).hexdigest()[:16]


def load_talk(session: Session, address: Address) -> Talk:
    """Read the latest messages, oldest first."""
    contact = _contact(session, address)
    waiting = _unread(session, address)
    if contact is None:
        return Talk(None, (), waiting > 0)
    latest = session.scalars(
        select(Message)
        .where(Message.contact_id == contact, Message.kind.in_((MessageKind.INCOMING, MessageKind.OUTGOING)))
        .order_by(Message.id.desc())
        .limit(LINES)
    ).all()
    parts: defaultdict[int, dict[int, Delivery]] = defaultdict(dict)
    outgoing = [message.id for message in latest if message.kind is MessageKind.OUTGOING]
    arrived = select(Delivery).where(Delivery.message_id.in_(outgoing), Delivery.state.in_(_ARRIVED))
    for part in session.scalars(arrived.order_by(Delivery.id)):
        parts[part.message_id][part.edits or part.id] = part  # an edit takes the place of the edited part
    used = _used(
        session,
        [button.id for found in parts.values() for part in found.values() for button in load_buttons(part.buttons)],
    )
    sent = files_of(session, [message.id for message in latest if message.kind is MessageKind.INCOMING])
    bubbles: list[Bubble] = []
    for message in reversed(latest):
        if message.kind is MessageKind.INCOMING:
            files = tuple(map(_own, sent.get(message.id, ())))
            bubbles.append(Bubble(True, "", RichText(message.text), files, (), message.at))
        else:
            bubbles += [_said(part, message, used) for part in parts[message.id].values()]
    return Talk(contact, tuple(bubbles), waiting > 0)


def mark_of(session: Session, address: Address) -> str:
    """Return a value that changes whenever the page may change; cheap, as it is queried every second."""
    contact = _contact(session, address)
    unread = _unread(session, address)
    if contact is None:
        return f"-:{unread}"
    message = session.scalar(select(func.max(Message.id)).where(Message.contact_id == contact))
    part = session.scalar(
        select(func.max(Delivery.updated_at)).where(Delivery.contact_id == contact, Delivery.state.in_(_ARRIVED))
    )
    sent = session.scalar(select(func.max(FileRow.updated_at)).where(FileRow.contact_id == contact))
    used = session.scalar(select(func.max(ChoiceRow.used_at)).where(ChoiceRow.contact_id == contact))
    return f"{message}:{part}:{sent}:{used}:{unread}"


def file_of(session: Session, address: Address, part: int) -> tuple[str, str] | None:
    """Return name and key of a file that was sent to this visitor; None for other files."""
    wanted = select(Delivery.file).where(
        Delivery.id == part, Delivery.account == address.account, Delivery.user_id == address.user_id
    )
    found = load_file(session.scalar(wanted))
    return (found.name, found.key) if found else None


def own_file_of(session: Session, address: Address, number: int) -> FileView | None:
    """Return a file that this visitor sent; None for other files."""
    row = session.get(FileRow, number)
    theirs = row is not None and row.contact_id == _contact(session, address)
    return file(session, number) if theirs else None


def _contact(session: Session, address: Address) -> int | None:
    return session.scalar(
        select(Contact.id).where(Contact.account == address.account, Contact.user_id == address.user_id)
    )


def _unread(session: Session, address: Address) -> int:
    return session.scalars(
        select(func.count())
        .select_from(InboxEvent)
        .where(
            InboxEvent.account == address.account,
            InboxEvent.user_id == address.user_id,
            InboxEvent.state == InboxState.NEW,
        )
    ).one()


def _used(session: Session, ids: list[str]) -> set[str]:
    return set(session.scalars(select(ChoiceRow.id).where(ChoiceRow.id.in_(ids), ChoiceRow.used_at.is_not(None))))


def _said(part: Delivery, message: Message, used: set[str]) -> Bubble:
    author = message.author if message.agent_id is not None and not message.unnamed else ""
    text, file = RichText(part.text, load_entities(part.entities)), load_file(part.file)
    presses = tuple(Press(button.id, button.label) for button in load_buttons(part.buttons) if button.id not in used)
    files = (Held(file.name or file.kind, f"/help/chat/files/{part.id}"),) if file else ()
    return Bubble(False, author, text, files, presses, message.at, message.unnamed)


def _own(file: FileView) -> Held:
    return Held(file.name or file.kind, f"/help/chat/files/own/{file.id}" if file.key else "", file.is_image)
