"""The only code that writes entries: each change raises the revision and stores a version."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.entries.drafts import EntryDraft
from knowledge.entries.models import Entry, EntryVersion, KnowledgeState, Phrasing
from knowledge.entries.texts import fingerprint, fold

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in its intended state, with the row of its category and its position in the lists."""

    draft: EntryDraft
    category_id: int | None
    position: int


def current_revision(session: Session) -> int:
    """Return the number of changes so far."""
    return session.scalar(select(KnowledgeState.revision).where(KnowledgeState.id == 1)) or 0


def raise_revision(session: Session) -> int:
    """Take the next revision. The row stays locked until the transaction ends, which serializes changes."""
    raised = (
        update(KnowledgeState)
        .where(KnowledgeState.id == 1)
        .values(revision=KnowledgeState.revision + 1)
        .returning(KnowledgeState.revision)
        .execution_options(synchronize_session=False)
    )
    revision = session.scalar(raised)
    if revision is None:
        try:
            with session.begin_nested():
                session.execute(insert(KnowledgeState).values(id=1, revision=1))
        except IntegrityError:  # another transaction has just made the first change
            return session.scalars(raised).one()
        return 1
    return revision


class Writer:
    """One change of the knowledge base: all its writes have the same `revision`, author and time."""

    def __init__(self, session: Session, author: str, at: datetime) -> None:
        self.revision = raise_revision(session)
        self._session = session
        self._author = author
        self._at = at

    def add(self, entries: Sequence[Placed]) -> list[int]:
        """Add new entries; returns their ids in the same order."""
        rows = [Entry(created_at=self._at, helped=0, not_helped=0, **self._columns(placed)) for placed in entries]
        self._session.add_all(rows)
        self._session.flush()
        ids = [row.id for row in rows]
        self._wordings_and_versions(list(zip(ids, entries, strict=True)))
        return ids

    def change(self, entries: Sequence[tuple[int, Placed]]) -> None:
        """Update the entries with these ids."""
        if not entries:
            return
        self._session.execute(update(Entry), [{"id": id_, **self._columns(placed)} for id_, placed in entries])
        for start in range(0, len(entries), _BATCH):
            ids = [id_ for id_, _ in entries[start : start + _BATCH]]
            self._session.execute(delete(Phrasing).where(Phrasing.entry_id.in_(ids)))
        self._wordings_and_versions(entries)

    def move(self, places: Sequence[tuple[int, int]]) -> None:
        """Change the positions of entries (by id) in the lists, without storing versions."""
        if places:
            self._session.execute(update(Entry), [{"id": id_, "position": place} for id_, place in places])

    def _columns(self, placed: Placed) -> dict[str, Any]:
        draft = placed.draft
        return {
            "key": draft.key,
            "lang": draft.lang,
            "category_id": placed.category_id,
            "question": draft.question,
            "answer": draft.answer,
            "handoff": draft.handoff,
            "status": draft.status,
            "position": placed.position,
            "updated_at": self._at,
            "author": self._author,
            "fingerprint": fingerprint(draft.question),
            "search": fold(" ".join((draft.question, *draft.alternatives, draft.answer))),
        }

    def _wordings_and_versions(self, entries: Sequence[tuple[int, Placed]]) -> None:
        wordings = [
            {"entry_id": id_, "text": text, "position": position, "fingerprint": fingerprint(text)}
            for id_, placed in entries
            for position, text in enumerate(placed.draft.alternatives)
        ]
        versions = [
            {
                "entry_id": id_,
                "revision": self.revision,
                "at": self._at,
                "author": self._author,
                "snapshot": snapshot(placed.draft),
            }
            for id_, placed in entries
        ]
        if wordings:
            self._session.execute(insert(Phrasing), wordings)
        if versions:
            self._session.execute(insert(EntryVersion), versions)


def snapshot(draft: EntryDraft) -> dict[str, Any]:
    """Return the fields of `draft` as stored in a version."""
    fields = asdict(draft)
    del fields["origin"]
    return fields


def from_snapshot(fields: dict[str, Any]) -> EntryDraft:
    return EntryDraft(**{**fields, "alternatives": tuple(fields["alternatives"])})
