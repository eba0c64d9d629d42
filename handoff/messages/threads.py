"""A contact's thread as agents read it: every line, and the delivery state of each outgoing one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages.contents import Content, load, placed_files
from handoff.messages.files import FETCHED, FileView, files_of
from handoff.messages.json_columns import load_attachments, load_buttons
from handoff.messages.values import Attachment
from handoff.models import UNFINISHED, Agent, Delivery, DeliveryState, Message, MessageKind

LINES = 200
"""Number of latest lines that a whole thread shows."""
PAGE = 100
"""Number of lines on a page of a thread."""
SENT_KINDS = frozenset({MessageKind.OUTGOING, MessageKind.DELETED})
"""Kinds of lines that were sent to the contact."""
_TOGETHER = timedelta(minutes=5)
"""Lines of one author within this time show under one name."""


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
    deletes: bool = False
    """It deletes an earlier part."""
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
    deleted_at: datetime | None
    deleted_by: str
    """The agent who deleted it; empty for a line that was not."""
    deliveries: tuple[DeliveryView, ...]
    choices: tuple[str, ...]
    """Labels of the buttons that were offered under it."""

    @property
    def deletion(self) -> DeliveryView | None:
        """The part that says how far the deletion is: one that failed, one under way, or none if it is done."""
        failed = (DeliveryState.FAILED, DeliveryState.REFUSED, DeliveryState.MAYBE)
        parts = [part for part in self.deliveries if self.deleted_at is not None]
        troubled = [part for part in parts if part.deletes and part.state in failed]
        return next(iter((*troubled, *(part for part in parts if part.state in UNFINISHED))), None)

    def follows(self, before: object) -> bool:
        """Return whether it continues what its author wrote just before: `before` is the line or fold above it."""
        if not isinstance(before, Line) or self.kind in {MessageKind.EVENT, MessageKind.DELETED}:
            return False
        same = (before.kind, before.author, before.by_agent, before.ticket_id) == (
            self.kind,
            self.author,
            self.by_agent,
            self.ticket_id,
        )
        return same and self.at - before.at < _TOGETHER

    @property
    def own_files(self) -> tuple[FileView, ...]:
        """Files that came with the message itself, not within a forwarded one."""
        placed = placed_files(self.contents)
        return tuple(file for place, file in enumerate(self.files) if place not in placed)


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A part of a thread, oldest line first."""

    lines: tuple[Line, ...]
    question: Line | None
    """The ticket's own question, if it is older than the lines."""
    has_earlier: bool

    @property
    def last(self) -> int:
        """The id of the last line; 0 if there is none."""
        return self.lines[-1].id if self.lines else 0


def thread(session: Session, contact_id: int) -> tuple[Line, ...]:
    """Return the latest lines of the contact's thread, oldest first."""
    return _lines(session, _latest(session, contact_id, LINES))


def thread_page(session: Session, contact_id: int, ticket_id: int, before: int | None = None) -> ThreadPage:
    """Return the latest lines, or the last ones before the message `before`, and the ticket's question if need be."""
    latest = _latest(session, contact_id, PAGE + 1, before)
    shown = latest[:PAGE]
    asked = None
    if before is None and len(latest) > PAGE:
        asked = session.scalar(
            select(Message)
            .where(Message.ticket_id == ticket_id, Message.kind == MessageKind.INCOMING)
            .order_by(Message.id)
            .limit(1)
        )
    if asked is not None and asked.id >= shown[-1].id:
        asked = None
    lines = _lines(session, [*shown, asked] if asked is not None else shown)
    question = lines[0] if asked is not None else None
    return ThreadPage(lines[1:] if question else lines, question, len(latest) > PAGE)


def _latest(session: Session, contact_id: int, limit: int, before: int | None = None) -> Sequence[Message]:
    """Return messages of the contact's thread, newest first."""
    wanted = select(Message).where(Message.contact_id == contact_id).order_by(Message.id.desc()).limit(limit)
    return session.scalars(wanted if before is None else wanted.where(Message.id < before)).all()


def _lines(session: Session, latest: Sequence[Message]) -> tuple[Line, ...]:
    """Return the lines of messages that come newest first, oldest first."""
    parts: defaultdict[int, list[DeliveryView]] = defaultdict(list)
    choices: defaultdict[int, list[str]] = defaultdict(list)
    wanted = [message.id for message in latest if message.kind in SENT_KINDS]
    for row in session.scalars(select(Delivery).where(Delivery.message_id.in_(wanted)).order_by(Delivery.id)):
        if row.edits is None:
            choices[row.message_id] += [button.label for button in load_buttons(row.buttons)]
        elif not row.by_agent:
            continue  # the bot's edits of its own messages are not relevant to agents
        parts[row.message_id].append(_part(row))
    deleters = _names(session, {message.deleted_by_id for message in latest if message.deleted_by_id})
    bearing = [message.id for message in latest if message.attachments]
    files = files_of(session, bearing) if bearing else {}
    return tuple(
        _line(message, tuple(parts[message.id]), tuple(choices[message.id]), tuple(files.get(message.id, ())), deleters)
        for message in reversed(latest)
    )


def sent_reply(session: Session, message_id: int, agent_id: int | None) -> str | None:
    """Return the text of a reply that this agent sent, or any agent with None; None for any other message."""
    message = session.get(Message, message_id)
    if message is None or message.kind is not MessageKind.OUTGOING or message.agent_id is None:
        return None
    return message.text if agent_id in {None, message.agent_id} else None


def _part(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        repeated=row.repeated,
        edit=row.edits is not None and not row.deletes,
        deletes=row.deletes,
        next_attempt_at=row.next_attempt_at,
        updated_at=row.updated_at,
        held=row.state is DeliveryState.RETRYING and row.repeated and not row.by_agent,
    )


def _names(session: Session, agents: Collection[int]) -> dict[int, str]:
    found = session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(agents))).all() if agents else ()
    return {row[0]: row[1] for row in found}


def _line(
    message: Message,
    deliveries: tuple[DeliveryView, ...],
    choices: tuple[str, ...],
    files: tuple[FileView, ...],
    deleters: Mapping[int, str],
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
        deleted_at=message.deleted_at,
        deleted_by=deleters.get(message.deleted_by_id or 0, ""),
        at=message.at,
        deliveries=deliveries,
        choices=choices,
    )
