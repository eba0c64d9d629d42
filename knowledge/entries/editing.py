"""Editing single entries and categories, with history and undo.

Each function works in the caller's transaction, raises the revision and stores a version with its author. Errors are
raised before anything is written.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from infra.errors import PlainError
from knowledge.entries.drafts import KEY_LENGTH, CategoryDraft, EntryDraft
from knowledge.entries.history import Placed, Writer, from_snapshot, raise_revision
from knowledge.entries.models import Category, Entry, EntryVersion, Phrasing
from knowledge.entries.problems import KnowledgeError, Problem
from knowledge.entries.stored_drafts import alternatives, draft_of
from knowledge.entries.texts import fingerprint, slug, tidy_line, unstorable
from knowledge.entries.validation import phrasings, problem


class MissingEntryError(PlainError):
    """The entry or its version does not exist."""


@dataclass(frozen=True, slots=True)
class VersionView:
    """The state of an entry from `at` until the next version."""

    revision: int
    at: datetime
    author: str
    draft: EntryDraft


def create_entry(session: Session, draft: EntryDraft, *, author: str, at: datetime) -> int:
    """Add an entry after all others and return its id; a missing key is derived from the question.

    Raises:
        KnowledgeError: something in it cannot be stored, or is used by another entry.
    """
    writer = Writer(session, author, at)
    draft = draft.tidy()
    if not draft.key and draft.question:
        draft = replace(draft, key=_free_key(session, draft))
    category_id = _checked(session, draft)
    last = session.scalar(select(func.max(Entry.position)))
    return writer.add([Placed(draft, category_id, 0 if last is None else last + 1)])[0]


def update_entry(session: Session, entry_id: int, draft: EntryDraft, *, author: str, at: datetime) -> bool:
    """Update the entry to `draft`; returns False and stores no version if nothing changes.

    Raises:
        KnowledgeError: as for `create_entry`.
        MissingEntryError: no such entry.
    """
    return _revise(session, entry_id, lambda _: draft, author, at)


def archive_entry(session: Session, entry_id: int, *, author: str, at: datetime) -> bool:
    """Archive the entry; its history and votes stay."""
    return _revise(session, entry_id, lambda old: replace(old, status="archived"), author, at)


def learn(session: Session, entry_id: int, text: str, *, author: str, at: datetime) -> bool:
    """Add a phrasing; returns False if the entry already has it."""
    return _revise(session, entry_id, lambda old: replace(old, alternatives=(*old.alternatives, text)), author, at)


def undo(session: Session, entry_id: int, revision: int, *, author: str, at: datetime) -> bool:
    """Restore the entry to its state at `revision` (one of its `history`), as a new change with its own version."""
    kept = session.scalar(
        select(EntryVersion.snapshot).where(EntryVersion.entry_id == entry_id, EntryVersion.revision == revision)
    )
    if kept is None:
        raise MissingEntryError(f"Entry {entry_id} has no version {revision}: choose one from its history.")
    return update_entry(session, entry_id, from_snapshot(kept), author=author, at=at)


def history(session: Session, entry_id: int) -> tuple[VersionView, ...]:
    """Return every version of the entry, newest first."""
    rows = session.scalars(
        select(EntryVersion).where(EntryVersion.entry_id == entry_id).order_by(EntryVersion.revision.desc())
    )
    return tuple(VersionView(row.revision, row.at, row.author, from_snapshot(row.snapshot)) for row in rows)


def put_category(session: Session, draft: CategoryDraft) -> int:
    """Add or change a category by its key; returns its id. Handoff None keeps its rule ("allowed" for a new one).

    Its targets become those of the draft.
    """
    raise_revision(session)
    titles = {lang: tidy_line(text) for lang, text in draft.titles.items() if tidy_line(text)}
    key = tidy_line(draft.key)
    texts = [("key", key), *(("title", text) for text in titles.values())]
    problems = [
        Problem("", None, name, f"must be at most {KEY_LENGTH} plain characters")
        for name, text in texts
        if len(text) > KEY_LENGTH or unstorable(text) or not text
    ]
    if problems:
        raise KnowledgeError(problems)
    row = session.scalar(select(Category).where(Category.key == key))
    if row is None:
        last = session.scalar(select(func.max(Category.position)))
        row = Category(key=key, handoff="allowed", position=0 if last is None else last + 1)
        session.add(row)
    row.titles = titles
    row.handoff = draft.handoff or row.handoff
    row.first_answer_minutes, row.next_answer_minutes = draft.targets.first, draft.targets.following
    session.flush()
    return row.id


def _revise(
    session: Session, entry_id: int, change: Callable[[EntryDraft], EntryDraft], author: str, at: datetime
) -> bool:
    writer = Writer(session, author, at)  # first, so that the entry cannot change between the read and the write
    position, old = _existing(session, entry_id)
    draft = change(old).tidy()
    if draft == old:
        return False
    category_id = _checked(session, draft, entry_id)
    writer.change([(entry_id, Placed(draft, category_id, position))])
    return True


def _existing(session: Session, entry_id: int) -> tuple[int, EntryDraft]:
    row = session.execute(
        select(Entry, Category.key)
        .outerjoin(Category, Category.id == Entry.category_id)
        .where(Entry.id == entry_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise MissingEntryError(f"Entry {entry_id} does not exist.")
    wordings = alternatives(session, [entry_id]).get(entry_id, ())
    return row.Entry.position, draft_of(row.Entry, row.key, wordings)


def _checked(session: Session, draft: EntryDraft, entry_id: int | None = None) -> int | None:
    """Validate the draft; returns the id of its category."""
    problems = [problem(draft, name, reason) for name, reason in draft.find_errors()]
    category_id = session.scalar(select(Category.id).where(Category.key == draft.category))
    if draft.category and category_id is None:
        problems.append(problem(draft, "category", f'unknown category "{draft.category}"'))
    same_name = select(Entry.id).where(Entry.key == draft.key, Entry.lang == draft.lang, Entry.id != entry_id)
    if session.scalar(same_name) is not None:
        problems.append(problem(draft, "id", f'"{draft.key}" ({draft.lang}) is another entry'))
    for name, text in phrasings(draft):
        mark = fingerprint(text)
        worded = exists().where(Phrasing.entry_id == Entry.id, Phrasing.fingerprint == mark)
        owner = session.scalar(
            select(Entry.key)
            .where(Entry.lang == draft.lang, Entry.status != "archived", Entry.id != entry_id)
            .where((Entry.fingerprint == mark) | worded)
            .limit(1)
        )
        if owner is not None:
            problems.append(problem(draft, name, f'"{text[:80]}" is already a phrasing of "{owner}"'))
    if problems:
        raise KnowledgeError(problems)
    return category_id


def _free_key(session: Session, draft: EntryDraft) -> str:
    wanted = key = slug(draft.question)
    number = 1
    while session.scalar(select(Entry.id).where(Entry.key == key, Entry.lang == draft.lang)) is not None:
        number += 1
        key = f"{wanted}-{number}"
    return key
