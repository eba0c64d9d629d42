"""Reading and writing of drafts. Each function works within the caller's unit of work.

Two tabs or devices may show one draft. Each states on which version its words are based; of two versions that grew
apart the one that was typed later stays.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff.errors import NotFoundError, TooLargeError
from handoff.messages.files import file_name
from handoff.messages.rich_text import clean
from handoff.models import Agent, Draft, DraftFile, DraftMode, Message, Ticket
from infra.files import Kept

MOST_FILES = 10
"""Maximum number of files in one reply."""

_NOTHING_TYPED = datetime(1970, 1, 1, tzinfo=UTC)
"""When the words of a draft were typed that has none yet."""


@dataclass(frozen=True, slots=True)
class Box:
    """Which reply box: that of an agent at a ticket."""

    agent_id: int
    ticket_id: int


@dataclass(frozen=True, slots=True)
class DraftFileView:
    """A file chosen for a draft."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as pages show it."""

    mode: DraftMode
    text: str
    key: str
    version: str
    """Opaque name of this version; "" where no draft is kept."""
    files: tuple[DraftFileView, ...] = ()


@dataclass(frozen=True, slots=True)
class Typing:
    """Content of a reply box as its page reports it."""

    mode: DraftMode
    text: str
    key: str
    based_on: str
    """Version that the page last received or saved."""
    at: datetime
    """When it was last changed, as far as the server can tell: later by the time that the save was on its way."""
    browser: str = ""
    """Random name of the browser; "" if it has none."""
    browser_time: int = 0
    """When it was last changed, in milliseconds by the clock of the browser."""


@dataclass(frozen=True, slots=True)
class _SentWords:
    """Words that were sent under a key."""

    text: str
    at: datetime


def find(session: Session, box: Box) -> DraftView | None:
    """Return the draft; None if the box is empty."""
    row = _row(session, box)
    return _view(session, row) if row is not None else None


def save(session: Session, box: Box, typed: Typing) -> DraftView | None:
    """Keep what was typed, unless words that were typed later are kept; return what is kept then, None if nothing.

    Words typed before their key was sent are late and change nothing, and so does a beginning of what was sent, whose
    save may only have been long on its way; words typed after it get a key of their own.
    Raises NotFoundError for an unknown ticket.
    """
    _lock(session, box)
    row, sent, key = _row(session, box), _sent(session, typed.key), typed.key
    if sent is not None:
        key = str(uuid.uuid4())
    late = sent is not None and (typed.at <= sent.at or sent.text.startswith(clean(typed.text).strip()))
    if late or (row is not None and _version(row) != typed.based_on and _is_newer(row, typed)):
        return _view(session, row) if row is not None else None
    if row is None:
        if not typed.text and typed.mode is DraftMode.REPLY:
            return None
        row = _add(session, box, typed.mode, key, typed.at)
    row.text, row.mode, row.key = clean(typed.text), typed.mode, key
    row.version, row.typed_at = row.version + 1, typed.at
    row.browser, row.browser_time = typed.browser, typed.browser_time
    return _view_or_discard(session, row)


def add_file(session: Session, box: Box, key: str, kept: tuple[str, Kept], limit_mb: int) -> int:
    """Add a stored file to the draft and return its id; `key` is that of the box, for a draft that is not kept yet.

    Words that are on their way meanwhile are not older than the file: files do not count as typed.

    Raises TooLargeError for too many files and NotFoundError for an unknown ticket.
    """
    _lock(session, box)
    unused = str(uuid.uuid4()) if _sent(session, key) is not None else key
    row = _row(session, box) or _add(session, box, DraftMode.REPLY, unused, _NOTHING_TYPED)
    count = session.scalar(select(func.count()).select_from(DraftFile).where(DraftFile.draft_id == row.id)) or 0
    if count >= MOST_FILES:
        raise TooLargeError(limit_mb, MOST_FILES)
    name, file = kept
    added = DraftFile(
        draft_id=row.id,
        contact_id=row.contact_id,
        name=file_name(name) or "file",
        key=file.key,
        size=file.size,
        head=file.head.hex(),
    )
    session.add(added)
    row.version += 1
    session.flush()
    return added.id


def remove_file(session: Session, box: Box, file_id: int) -> DraftView | None:
    """Remove a file from the draft, one that is already gone too; return what is kept then."""
    _lock(session, box)
    row = _row(session, box)
    if row is None:
        return None
    session.execute(delete(DraftFile).where(DraftFile.id == file_id, DraftFile.draft_id == row.id))
    row.version += 1
    return _view_or_discard(session, row)


def files_of(session: Session, box: Box, file_ids: Sequence[int]) -> list[tuple[str, Kept]]:
    """Return these files of the draft, to be sent. Raises NotFoundError if one was removed meanwhile."""
    row = _row(session, box)
    found = {file.id: file for file in _files(session, row.id)} if row is not None else {}
    if any(file_id not in found for file_id in file_ids):
        raise NotFoundError("a file was removed from the draft")
    return [
        (file.name, Kept(file.key, file.size, bytes.fromhex(file.head)))
        for file in (found[file_id] for file_id in file_ids)
    ]


def is_sent(session: Session, box: Box, key: str, text: str) -> bool:
    """Return whether this agent already sent these words under this key at this ticket."""
    known = select(Message.text).where(
        Message.key == key, Message.agent_id == box.agent_id, Message.ticket_id == box.ticket_id
    )
    return session.scalar(known) == clean(text).strip()


def finish(session: Session, box: Box, key: str, file_ids: Sequence[int]) -> None:
    """Erase what was sent under `key`; a draft with another key was written elsewhere and keeps its words."""
    row = _row(session, box)
    if row is None:
        return
    session.execute(delete(DraftFile).where(DraftFile.id.in_(file_ids), DraftFile.draft_id == row.id))
    if row.key == key:
        _discard(session, row.id)


def _is_newer(row: Draft, typed: Typing) -> bool:
    """Return whether the kept words were typed after these; pages of one browser have one clock."""
    if typed.browser and typed.browser == row.browser:
        return row.browser_time > typed.browser_time
    return row.typed_at > typed.at


def _discard(session: Session, draft_id: int) -> None:
    session.execute(delete(DraftFile).where(DraftFile.draft_id == draft_id))
    session.execute(delete(Draft).where(Draft.id == draft_id))
    session.expire_all()


def _view_or_discard(session: Session, row: Draft) -> DraftView | None:
    """Return the changed draft; an empty one is erased."""
    session.flush()
    if row.text or row.mode is not DraftMode.REPLY or _files(session, row.id):
        return _view(session, row)
    _discard(session, row.id)
    return None


def _sent(session: Session, key: str) -> _SentWords | None:
    found = session.execute(select(Message.text, Message.at).where(Message.key == key)).one_or_none()
    return _SentWords(*found) if found is not None else None


def _lock(session: Session, box: Box) -> None:
    """Serialise changes of one agent's drafts until the commit; rows that refer to the agent are not held up."""
    session.execute(select(Agent.id).where(Agent.id == box.agent_id).with_for_update(key_share=True))


def _row(session: Session, box: Box) -> Draft | None:
    wanted = select(Draft).where(Draft.agent_id == box.agent_id, Draft.ticket_id == box.ticket_id)
    return session.scalar(wanted.execution_options(populate_existing=True))


def _add(session: Session, box: Box, mode: DraftMode, key: str, typed_at: datetime) -> Draft:
    contact_id = session.scalar(select(Ticket.contact_id).where(Ticket.id == box.ticket_id))
    if contact_id is None:
        raise NotFoundError(f"there is no question #{box.ticket_id}")
    row = Draft(
        agent_id=box.agent_id,
        ticket_id=box.ticket_id,
        contact_id=contact_id,
        mode=mode,
        text="",
        key=key,
        version=0,
        typed_at=typed_at,
    )
    session.add(row)
    session.flush()
    return row


def _files(session: Session, draft_id: int) -> list[DraftFile]:
    return list(session.scalars(select(DraftFile).where(DraftFile.draft_id == draft_id).order_by(DraftFile.id)))


def _version(row: Draft) -> str:
    return f"{row.id}.{row.version}"


def _view(session: Session, row: Draft) -> DraftView:
    files = tuple(DraftFileView(file.id, file.name, file.size) for file in _files(session, row.id))
    return DraftView(row.mode, row.text, row.key, _version(row), files)
