"""Conversion of the stored knowledge base to drafts, to compare it with files and to export it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from infra.storage import rows
from infra.storage.rows import table
from knowledge.entries.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.entries.forms import Form, load_form
from knowledge.entries.models import Category, Entry, Phrasing
from knowledge.entries.targets import Targets

_PHRASINGS = table(Phrasing)
_WORDINGS = select(_PHRASINGS.c.entry_id, _PHRASINGS.c.text).order_by(_PHRASINGS.c.entry_id, _PHRASINGS.c.position)
_WORDINGS_OF = _WORDINGS.where(_PHRASINGS.c.entry_id.in_(bindparam("entries", expanding=True)))


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A stored entry and the id of its row."""

    id: int
    position: int
    draft: EntryDraft


def stored_entries(session: Session) -> list[StoredEntry]:
    """Return every entry, including archived ones, in list order."""
    found = session.execute(
        select(Entry, Category.key)
        .outerjoin(Category, Category.id == Entry.category_id)
        .order_by(Entry.position, Entry.id)
    )
    wordings = alternatives(session)
    return [
        StoredEntry(entry.id, entry.position, draft_of(entry, category, wordings.get(entry.id, ())))
        for entry, category in found
    ]


def alternatives(session: Session, entry_ids: Iterable[int] | None = None) -> dict[int, tuple[str, ...]]:
    """Return the alternative phrasings by entry, of all or of the given entries."""
    if entry_ids is None:
        wordings = rows.run(session, _WORDINGS)
    else:
        wordings = rows.run(session, _WORDINGS_OF, {"entries": tuple(entry_ids)})
    found: defaultdict[int, list[str]] = defaultdict(list)
    for row in wordings:
        found[row.entry_id].append(row.text)
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
    found = session.scalars(select(Category).order_by(Category.position, Category.id))
    return [CategoryDraft(row.key, row.titles, row.handoff, load_form(row.form), _targets(row)) for row in found]


def form_of(session: Session, category: str | None) -> Form:
    """Return the form of the category with this key; empty if it has none."""
    if category is None:
        return ()
    return load_form(session.scalar(select(Category.form).where(Category.key == category)))


def targets_of(session: Session, category: str | None) -> Targets:
    """Return the targets of the category with this key; without a value where it has none."""
    if category is None:
        return Targets()
    row = session.scalar(select(Category).where(Category.key == category))
    return _targets(row) if row is not None else Targets()


def _targets(row: Category) -> Targets:
    return Targets(row.first_answer_minutes, row.next_answer_minutes)


def stored_draft(session: Session) -> Draft:
    """Return the whole knowledge base without archived entries."""
    entries = tuple(stored.draft for stored in stored_entries(session) if stored.draft.status != "archived")
    return Draft(entries, tuple(stored_categories(session)))
