"""Contacts' files: wanted as soon as the message is stored, then fetched, refused or given up; none is dropped."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages.rich_text import clean
from handoff.messages.values import Attachment, OutgoingFile
from handoff.models import FileRow, FileState
from infra.files import Kept
from infra.storage.columns import words

FETCHED = ("photo", "document", "voice", "video", "audio")
"""Kinds of attachments that are files; a sticker or a poll is none."""
_BACKOFF = (5, 30, 120, 600, 3600)
"""Seconds before each next attempt; after the last one the file is given up."""
_IMAGES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))
_MEDIA = (
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)
"""What browsers play; none of it can carry a script that they run."""
_SHOWN = {"image/png", "image/jpeg"}
_LARGEST_PICTURE = 10 * 1024 * 1024
OTHER = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules for accepting files."""

    megabytes: int
    kinds: frozenset[str]

    @property
    def bytes(self) -> int:
        return self.megabytes * 1024 * 1024

    def against(self, attachment: Attachment) -> str | None:
        """Return why a file is refused: `kind` or `size`; None if it may be accepted."""
        if attachment.kind not in self.kinds or not attachment.source:
            return "kind"
        return "size" if attachment.size > self.bytes else None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as agents see it."""

    id: int
    kind: str
    name: str
    state: FileState
    reason: str | None
    size: int | None
    media_type: str
    key: str | None

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_audio(self) -> bool:
        return self.media_type.startswith("audio/")

    @property
    def is_video(self) -> bool:
        return self.media_type.startswith("video/")

    @property
    def is_shown(self) -> bool:
        """Whether browsers may show it in a page; anything else can only be saved."""
        return self.is_image or self.is_audio or self.is_video


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be fetched now."""

    id: int
    contact_id: int
    source: str


def file_name(name: str) -> str:
    """Clean a file name: no folders, no invisible characters, none that change the direction of text."""
    shown = re.split(r"[/\\]", clean(name))[-1]
    return " ".join("".join(" " if sign.isspace() else sign for sign in shown if _is_seen(sign)).split())


def _is_seen(sign: str) -> bool:
    """Return False for control, direction, zero-width, private and unassigned characters."""
    return sign.isspace() or not unicodedata.category(sign).startswith("C")


@dataclass(frozen=True, slots=True)
class MessageRef:
    """The message that files come or go with."""

    id: int
    contact_id: int
    account: str


def want(
    session: Session, bearer: MessageRef, attachments: Sequence[Attachment], rules: Rules, now: datetime
) -> list[tuple[Attachment, str]]:
    """Record the files of a message; return those that are refused outright, each with the reason."""
    refused = []
    for attachment in attachments:
        if attachment.kind not in FETCHED:
            continue
        reason = rules.against(attachment)
        if reason is not None:
            refused.append((attachment, reason))
        session.add(
            FileRow(
                message_id=bearer.id,
                contact_id=bearer.contact_id,
                account=bearer.account,
                kind=attachment.kind,
                name=file_name(attachment.name),
                source=attachment.source,
                size=attachment.size or None,
                state=FileState.WANTED if reason is None else FileState.REFUSED,
                reason=reason,
                media_type=OTHER,
                attempts=0,
                next_attempt_at=now,
                updated_at=now,
            )
        )
    return refused


def outgoing(kept_file: Kept, name: str) -> OutgoingFile:
    """Return how an agent's file is sent: as a picture if both platforms show it as one, otherwise as a document."""
    shown = media_type(kept_file.head) in _SHOWN and kept_file.size <= _LARGEST_PICTURE
    return OutgoingFile("photo" if shown else "document", file_name(name) or "file", kept_file.key)


def attach_outgoing(session: Session, bearer: MessageRef, file: OutgoingFile, kept_file: Kept, now: datetime) -> None:
    """Record a file of ours under the message that it is sent with."""
    session.add(
        FileRow(
            message_id=bearer.id,
            contact_id=bearer.contact_id,
            account=bearer.account,
            kind=file.kind,
            name=file.name,
            source="",
            size=kept_file.size,
            state=FileState.KEPT,
            key=kept_file.key,
            media_type=media_type(kept_file.head),
            attempts=0,
            next_attempt_at=now,
            updated_at=now,
        )
    )


def due(session: Session, account: str, now: datetime, limit: int) -> list[Wanted]:
    """Return what the account's channel is to fetch, oldest first."""
    rows = session.scalars(
        select(FileRow)
        .where(FileRow.account == account, FileRow.state.in_(words(FileState.WANTED)), FileRow.next_attempt_at <= now)
        .order_by(FileRow.next_attempt_at, FileRow.id)
        .limit(limit)
    )
    return [Wanted(row.id, row.contact_id, row.source) for row in rows]


def follow_clock(session: Session, account: str, now: datetime) -> None:
    """Restart the pauses of wanted files, if the clock was set back since they began."""
    ahead = select(FileRow).where(
        FileRow.account == account, FileRow.state.in_(words(FileState.WANTED)), FileRow.updated_at > now
    )
    for row in session.scalars(ahead).all():
        row.next_attempt_at -= row.updated_at - now
        row.updated_at = now


def mark_kept(session: Session, file_id: int, file: Kept, now: datetime) -> None:
    row = session.get_one(FileRow, file_id)
    row.state, row.reason, row.updated_at = FileState.KEPT, None, now
    row.key, row.size, row.media_type = file.key, file.size, media_type(file.head)


def mark_refused(session: Session, file_id: int, reason: str, now: datetime) -> None:
    """Record that it cannot be accepted; the contact is notified through `untold`."""
    row = session.get_one(FileRow, file_id)
    row.state, row.reason, row.updated_at, row.told = FileState.REFUSED, reason, now, False


def beside(session: Session, file_id: int) -> list[FileRow]:
    """Lock and return the files of the message that this one came with, itself included, until the commit."""
    message = select(FileRow.message_id).where(FileRow.id == file_id).scalar_subquery()
    # Always in one order, so that two transactions that settle files of one message cannot deadlock.
    wanted = select(FileRow).where(FileRow.message_id == message).order_by(FileRow.id)
    return list(session.scalars(wanted.with_for_update()))


def untold(rows: Sequence[FileRow]) -> list[tuple[Attachment, str]]:
    """Return the refused files that the contact has to hear of, each with the reason, and mark them as reported.

    Returns nothing while other files of the message have not been tried once, so that an album is refused in one
    sentence.
    """
    if any(row.state is FileState.WANTED and row.attempts == 0 for row in rows):
        return []
    found = []
    for row in rows:
        if row.state is FileState.REFUSED and not row.told:
            row.told = True
            found.append((Attachment(row.kind, row.name), row.reason or ""))
    return found


def postpone(session: Session, file_id: int, now: datetime) -> None:
    """Record a failed attempt to fetch it."""
    row = session.get_one(FileRow, file_id)
    row.updated_at = now
    if row.attempts >= len(_BACKOFF):
        row.state, row.reason = FileState.FAILED, "unreachable"
        return
    row.next_attempt_at = now + timedelta(seconds=_BACKOFF[row.attempts])
    row.attempts += 1


def files_of(session: Session, message_ids: Sequence[int]) -> dict[int, list[FileView]]:
    """Return files by message."""
    found: dict[int, list[FileView]] = {}
    for row in session.scalars(select(FileRow).where(FileRow.message_id.in_(message_ids)).order_by(FileRow.id)):
        found.setdefault(row.message_id, []).append(_view(row))
    return found


def file(session: Session, file_id: int) -> FileView | None:
    row = session.get(FileRow, file_id)
    return _view(row) if row is not None else None


def media_type(head: bytes) -> str:
    """Determine the type by the first bytes; only what every browser shows or plays safely has a type of its own."""
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], OTHER)
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:12] == b"M4A " else "video/mp4"
    return next((name for magic, name in (*_IMAGES, *_MEDIA) if head.startswith(magic)), OTHER)


def headers() -> dict[str, str]:
    """Return headers for serving a stored file: nothing in it is executed, and no shared cache keeps it."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
    }


def _view(row: FileRow) -> FileView:
    return FileView(row.id, row.kind, row.name, row.state, row.reason, row.size, row.media_type, row.key)
