"""A contact's thread as agents read it: every line, and the delivery state of each outgoing one."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages.contents import Content, load, placed_files
from handoff.messages.files import FETCHED, FileView, files_of
from handoff.messages.json_columns import load_attachments, load_buttons
from handoff.messages.values import Attachment
from handoff.models import Delivery, DeliveryState, Message, MessageKind

LINES = 200
"""Number of latest lines that a thread shows."""


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One part of an outgoing message on its way."""

    id: int
    state: DeliveryState
    reason: str | None
    attempts: int
    repeated: bool
    edit: bool
    """It edits an earlier part, or replaces an edit that the platform refused."""
    next_attempt_at: datetime
    updated_at: datetime
    held: bool = False
    """It may have arrived, and is sent once more when the channel works again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a thread."""

    id: int
    kind: MessageKind
    author: str
    """Empty for the bot."""
    by_agent: bool
    unnamed: bool
    """The name of the agent is not shown to the contact."""
    agent_id: int | None
    ticket_id: int | None
    text: str
    """Of an event: its keyword, e.g. `claimed`."""
    attachments: tuple[Attachment, ...]
    """Attachments that are not files."""
    files: tuple[FileView, ...]
    contents: tuple[Content, ...]
    """Other contents; a passage names its files by their positions in `files`."""
    edited_at: datetime | None
    before: str | None
    """Text before the contact's edit, if an agent may have read it."""
    at: datetime
    deliveries: tuple[DeliveryView, ...]
    choices: tuple[str, ...]
    """Labels of the buttons that were offered under it."""

    @property
    def own_files(self) -> tuple[FileView, ...]:
        """Files that came with the message itself, not within a forwarded one."""
        placed = placed_files(self.contents)
        return tuple(file for place, file in enumerate(self.files) if place not in placed)


def thread(session: Session, contact_id: int) -> tuple[Line, ...]:
    """Return the latest lines of the contact's thread, oldest first."""
    latest = session.scalars(
        select(Message).where(Message.contact_id == contact_id).order_by(Message.id.desc()).limit(LINES)
    ).all()
    parts: defaultdict[int, list[DeliveryView]] = defaultdict(list)
    choices: defaultdict[int, list[str]] = defaultdict(list)
    wanted = [message.id for message in latest if message.kind is MessageKind.OUTGOING]
    for row in session.scalars(select(Delivery).where(Delivery.message_id.in_(wanted)).order_by(Delivery.id)):
        if row.edits is None:
            choices[row.message_id] += [button.label for button in load_buttons(row.buttons)]
        elif not row.by_agent:
            continue  # the bot's edits of its own messages are not relevant to agents
        parts[row.message_id].append(_part(row))
    bearing = [message.id for message in latest if message.attachments]
    files = files_of(session, bearing) if bearing else {}
    return tuple(
        _line(message, tuple(parts[message.id]), tuple(choices[message.id]), tuple(files.get(message.id, ())))
        for message in reversed(latest)
    )


def own_reply(session: Session, message_id: int, agent_id: int) -> str | None:
    """Return the text of a reply that this agent sent; None for any other message."""
    message = session.get(Message, message_id)
    sent = message is not None and message.kind is MessageKind.OUTGOING and message.agent_id == agent_id
    return message.text if message is not None and sent else None


def _part(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        repeated=row.repeated,
        edit=row.edits is not None,
        next_attempt_at=row.next_attempt_at,
        updated_at=row.updated_at,
        held=row.state is DeliveryState.RETRYING and row.repeated and not row.by_agent,
    )


def _line(
    message: Message, deliveries: tuple[DeliveryView, ...], choices: tuple[str, ...], files: tuple[FileView, ...]
) -> Line:
    attachments = load_attachments(message.attachments)
    return Line(
        id=message.id,
        kind=message.kind,
        author=message.author,
        by_agent=message.agent_id is not None,
        unnamed=message.unnamed,
        agent_id=message.agent_id,
        ticket_id=message.ticket_id,
        text=message.text,
        attachments=tuple(one for one in attachments if not files or one.kind not in FETCHED),
        files=files,
        contents=load(message.contents),
        edited_at=message.edited_at,
        before=message.before,
        at=message.at,
        deliveries=deliveries,
        choices=choices,
    )
