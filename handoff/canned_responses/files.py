"""Files of canned responses: kept with the response, and inserted into drafts as files of the draft."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from handoff.drafts.repository import MOST_FILES
from handoff.errors import TooLargeError
from handoff.messages.files import file_name
from handoff.models import CannedFile
from infra.files import Kept


@dataclass(frozen=True, slots=True)
class CannedFileView:
    """A file of a canned response."""

    id: int
    name: str
    size: int


def files_by_response(session: Session, responses: Collection[int]) -> Mapping[int, tuple[CannedFileView, ...]]:
    """Return the files of these responses, in the order in which they were added."""
    found: defaultdict[int, tuple[CannedFileView, ...]] = defaultdict(tuple)
    for row in session.scalars(_of(responses)) if responses else ():
        found[row.response_id] += (CannedFileView(row.id, row.name, row.size),)
    return found


def add(session: Session, response_id: int, files: Sequence[tuple[str, Kept]], limit_mb: int) -> None:
    """Add stored files to a response. Raises TooLargeError if there are more than a reply may have."""
    wanted = select(func.count()).select_from(CannedFile).where(CannedFile.response_id == response_id)
    if files and (session.scalar(wanted) or 0) + len(files) > MOST_FILES:
        raise TooLargeError(limit_mb, MOST_FILES)
    for name, kept in files:
        session.add(
            CannedFile(
                response_id=response_id,
                name=file_name(name) or "file",
                key=kept.key,
                size=kept.size,
                head=kept.head.hex(),
            )
        )


def remove(session: Session, response_id: int, file_id: int | None = None) -> None:
    """Remove a file of a response, or all of them; the store drops what no row names any more."""
    rows = delete(CannedFile).where(CannedFile.response_id == response_id)
    session.execute(rows if file_id is None else rows.where(CannedFile.id == file_id))


def read(session: Session, response_id: int, limit_mb: int) -> list[tuple[str, Kept]]:
    """Return the files to insert. Raises TooLargeError if one exceeds the limit of answers, which may have changed."""
    rows = session.scalars(_of([response_id])).all()
    if any(row.size > limit_mb * 1024 * 1024 for row in rows):
        raise TooLargeError(limit_mb, MOST_FILES)
    return [(row.name, Kept(row.key, row.size, bytes.fromhex(row.head))) for row in rows]


def _of(responses: Collection[int]) -> Select[CannedFile]:
    return select(CannedFile).where(CannedFile.response_id.in_(responses)).order_by(CannedFile.id)
