"""What the database holds, as the same values that files hold, so that the two can be compared and written."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.models import Category, Entry, Phrasing


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry of the database and the number of its row."""

    id: int
    position: int
    draft: EntryDraft


def stored_entries(session: Session) -> list[StoredEntry]:
    """Every entry, archived ones too, in the order of the lists."""
    rows = session.execute(
        select(Entry, Category.key)
        .outerjoin(Category, Category.id == Entry.category_id)
        .order_by(Entry.position, Entry.id)
    )
    wordings = alternatives(session)
    return [
        StoredEntry(entry.id, entry.position, draft_of(entry, category, wordings.get(entry.id, ())))
        for entry, category in rows
    ]


def alternatives(session: Session, entry_ids: Iterable[int] | None = None) -> dict[int, tuple[str, ...]]:
    """The other wordings by entry, of every entry or of a page of them."""
    wanted = select(Phrasing.entry_id, Phrasing.text).order_by(Phrasing.entry_id, Phrasing.position)
    if entry_ids is not None:
        wanted = wanted.where(Phrasing.entry_id.in_(tuple(entry_ids)))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for entry_id, text in session.execute(wanted):
        found[entry_id].append(text)
    return {entry_id: tuple(texts) for entry_id, texts in found.items()}


def draft_of(entry: Entry, category: str | None, wordings: tuple[str, ...]) -> EntryDraft:
    return EntryDraft(
        key=entry.key,
        lang=entry.lang,
        question=entry.question,
        answer=entry.answer,
        category=category,
        alternatives=wordings,
        handoff=entry.handoff,
        status=entry.status,
    )


def stored_categories(session: Session) -> list[CategoryDraft]:
    rows = session.scalars(select(Category).order_by(Category.position, Category.id))
    return [CategoryDraft(row.key, row.titles, row.handoff) for row in rows]


def stored_draft(session: Session) -> Draft:
    """The whole knowledge but for archived entries."""
    entries = tuple(stored.draft for stored in stored_entries(session) if stored.draft.status != "archived")
    return Draft(entries, tuple(stored_categories(session)))
