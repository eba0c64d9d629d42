"""Read access to the knowledge base: frozen views of entries, lists for the desk and the help page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, bindparam, func, select
from sqlalchemy.orm import Session

from infra.storage import rows
from infra.storage.rows import table
from knowledge.entries.drafts import EntryDraft, Handoff, Status
from knowledge.entries.models import Category, Entry
from knowledge.entries.stored_drafts import alternatives
from knowledge.entries.texts import fold, tidy_line, unstorable

Order = Literal["position", "asked"]

_QUERY_WORDS = 16
_CATEGORIES = table(Category)
_ENTRIES = table(Entry)
# Every question reads a few entries, so they are plain rows of a statement that is built once.
_VIEWED = select(
    *(column for column in _ENTRIES.c if column.key not in {"category_id", "fingerprint", "search"}),
    _CATEGORIES.c.key.label("category"),
    _CATEGORIES.c.titles,
    _CATEGORIES.c.handoff.label("category_handoff"),
).select_from(_ENTRIES.outerjoin(_CATEGORIES, _CATEGORIES.c.id == _ENTRIES.c.category_id))
_BY_ID = _VIEWED.where(_ENTRIES.c.id.in_(bindparam("ids", expanding=True)))
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with everything a reader needs.

    `own_handoff` is the entry's own rule, `handoff` the effective one (else the category's, else "allowed").
    `category` is a key; `category_title` is in the entry's language if that exists.
    """

    id: int
    key: str
    lang: str
    category: str | None
    category_title: str
    question: str
    alternatives: tuple[str, ...]
    answer: str
    own_handoff: Handoff | None
    handoff: Handoff
    status: Status
    position: int
    helped: int
    not_helped: int
    created_at: datetime
    updated_at: datetime
    author: str

    def draft(self) -> EntryDraft:
        """Return the entry as an unchanged draft."""
        return EntryDraft(
            key=self.key,
            lang=self.lang,
            question=self.question,
            answer=self.answer,
            category=self.category,
            alternatives=self.alternatives,
            handoff=self.own_handoff,
            status=self.status,
        )


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of a list; pages are numbered from 1 and there is always at least one."""

    items: tuple[EntryView, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class HelpCategory:
    """A category with published entries in one language. Entries without a category have an empty key."""

    key: str
    title: str
    count: int


def entry(session: Session, entry_id: int) -> EntryView | None:
    if not 0 < entry_id <= _LARGEST_ID:  # ids come from addresses, and databases reject larger ones
        return None
    return next(iter(_views(session, [Entry.id == entry_id])), None)


def entries_by_id(session: Session, ids: Sequence[int], *, wordings: bool = True) -> dict[int, EntryView]:
    """Return the entries with these ids, including archived ones; unknown ids are left out.

    Without `wordings`, `alternatives` is empty, which saves a statement: replies do not show other wordings.
    """
    found = rows.run(session, _BY_ID, {"ids": ids}).all()
    return {view.id: view for view in (_read(session, found) if wordings else (_view(row, ()) for row in found))}


def entry_named(session: Session, key: str, lang: str) -> EntryView | None:
    """Return the entry by its key in exactly this language, archived or not."""
    if unstorable(key + lang):
        return None
    return next(iter(_views(session, [Entry.key == key, Entry.lang == lang])), None)


def in_language(session: Session, entry_id: int, lang: str) -> EntryView | None:
    """Return the published entry with the same key in `lang` if it exists, else the entry itself."""
    found = entry(session, entry_id)
    if found is None or found.lang == lang:
        return found
    same = [Entry.key == found.key, Entry.lang == lang, Entry.status == "published"]
    return next(iter(_views(session, same)), found)


def entries_in_language(session: Session, ids: Sequence[int], lang: str) -> dict[int, EntryView]:
    """Return the entries with these ids, without `alternatives`, each in `lang` if it is published in it too."""
    found = entries_by_id(session, ids, wordings=False) if ids else {}
    foreign = [number for number, view in found.items() if view.lang != lang]
    return found | {number: view for number in foreign if (view := in_language(session, number, lang))}


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """The filter of a list of entries."""

    category: str | None = None
    """A category's key; "" selects entries without one, None all."""
    lang: str | None = None
    status: Status | None = "published"
    """None selects all."""
    query: str = ""
    """The entry must contain every word of it (of the first 16)."""


ALL_PUBLISHED = EntryFilter()


def entries(
    session: Session,
    wanted: EntryFilter = ALL_PUBLISHED,
    *,
    order: Order = "position",
    page: int = 1,
    size: int = 20,
) -> EntryPage:
    """Return a page of entries. Order "asked" lists entries with the most votes first."""
    category, lang, status, query = wanted.category, wanted.lang, wanted.status, wanted.query
    if unstorable(tidy_line(f"{category} {lang} {query}")):  # no entry contains it, and databases reject it
        return EntryPage((), 0, 1, 1)
    conditions: list[ColumnElement[bool]] = []
    if category is not None:
        conditions.append(Category.key == category if category else Entry.category_id.is_(None))
    if lang is not None:
        conditions.append(Entry.lang == lang)
    if status is not None:
        conditions.append(Entry.status == status)
    conditions += _holding(query)
    counted = select(func.count()).select_from(Entry).outerjoin(Category, Category.id == Entry.category_id)
    total = session.scalar(counted.where(*conditions)) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    items = _views(session, conditions, order=order, offset=(page - 1) * size, limit=size)
    return EntryPage(items, total, page, pages)


def search_words(session: Session, query: str, lang: str, limit: int) -> tuple[EntryView, ...]:
    """Return the first published entries with every word of `query`, in one query; `entries` also counts."""
    if unstorable(tidy_line(f"{lang} {query}")):
        return ()
    return _views(session, [Entry.lang == lang, Entry.status == "published", *_holding(query)], limit=limit)


def category_exists(session: Session, key: str) -> bool:
    return session.scalar(select(Category.id).where(Category.key == key)) is not None


def categories(session: Session, lang: str) -> tuple[HelpCategory, ...]:
    """Return the categories with published entries in `lang`, in order; entries without a category last."""
    counted = (
        select(Category.key, Category.titles, func.count())
        .select_from(Entry)
        .outerjoin(Category, Category.id == Entry.category_id)
        .where(Entry.status == "published", Entry.lang == lang)
        .group_by(Category.id, Category.key, Category.titles, Category.position)
        .order_by(Category.position.is_(None), Category.position, Category.id)
    )
    return tuple(
        HelpCategory(key or "", title(key, titles, lang), count) for key, titles, count in session.execute(counted)
    )


def category_titles(session: Session, lang: str) -> tuple[tuple[str, str], ...]:
    """Return every category's key and title in `lang`, in order."""
    found = session.execute(select(Category.key, Category.titles).order_by(Category.position, Category.id))
    return tuple((key, title(key, titles, lang)) for key, titles in found)


def all_titles(session: Session) -> dict[str, dict[str, str]]:
    """Return the titles of every category by its key, in order."""
    found = session.execute(select(Category.key, Category.titles).order_by(Category.position, Category.id))
    return {key: titles for key, titles in found}  # noqa: C416 - rows are no pairs to the type checker


def title(key: str | None, titles: dict[str, str] | None, lang: str) -> str:
    """Return a category's title in `lang`, else in any language it has, else its key; "" for no category."""
    titles = titles or {}
    return titles.get(lang) or next(iter(titles.values()), None) or key or ""


def _holding(query: str) -> list[ColumnElement[bool]]:
    return [Entry.search.contains(word, autoescape=True) for word in fold(query).split()[:_QUERY_WORDS]]


def _views(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    order: Order = "position",
    offset: int = 0,
    limit: int = 1,
) -> tuple[EntryView, ...]:
    wanted = _VIEWED
    if order == "asked":
        wanted = wanted.order_by((Entry.helped + Entry.not_helped).desc())
    wanted = wanted.where(*conditions).order_by(Entry.position, Entry.id).offset(offset).limit(limit)
    session.flush()  # plain statements do not flush pending changes
    return _read(session, rows.run(session, wanted).all())


def _read(session: Session, found: Sequence[Row[Any]]) -> tuple[EntryView, ...]:
    wordings = alternatives(session, [row.id for row in found])
    return tuple(_view(row, wordings.get(row.id, ())) for row in found)


def _view(row: Row[Any], wordings: tuple[str, ...]) -> EntryView:
    return EntryView(
        id=row.id,
        key=row.key,
        lang=row.lang,
        category=row.category,
        category_title=title(row.category, row.titles, row.lang),
        question=row.question,
        alternatives=wordings,
        answer=row.answer,
        own_handoff=row.handoff,
        handoff=row.handoff or row.category_handoff or "allowed",
        status=row.status,
        position=row.position,
        helped=row.helped,
        not_helped=row.not_helped,
        created_at=row.created_at,
        updated_at=row.updated_at,
        author=row.author,
    )
