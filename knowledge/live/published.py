"""The matcher's input from the database: everything published, or only the changes since a revision."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from knowledge.entries.history import current_revision
from knowledge.entries.models import Entry, EntryVersion
from knowledge.entries.models import Phrasing as PhrasingRow
from knowledge.matching import Phrasing, text_of_answer

_LINK_TARGET = re.compile(r"\]\([^)]*\)")  # a link's target is irrelevant to the question


@dataclass(frozen=True, slots=True)
class Origin:
    """The state of a database that something was built from.

    `version` and `at` are the last entry version up to `revision`: a database that was restored from a copy and then
    edited reaches the same revisions again, but not with the same version at the same time.
    """

    revision: int
    version: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """All phrasings of the published entries and the words of each answer."""

    origin: Origin
    phrasings: list[Phrasing]
    answers: dict[int, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes at `revision`: the phrasings of each changed entry (none if it is no longer published).

    `entries` is None if more than the requested number have changed, or the history differs.
    """

    revision: int
    entries: dict[int, list[Phrasing]] | None
    answers: dict[int, str]


def read_published(session: Session) -> Published:
    """Read the whole knowledge base for the matcher."""
    # The revision is read first: a concurrent change is then seen again by the next poll, never missed.
    origin = origin_at(session, current_revision(session))
    entries, answers = _wordings(session)
    return Published(origin, [phrasing for own in entries.values() for phrasing in own], answers)


def published_texts(session: Session, languages: Collection[str]) -> list[str]:
    """Return all phrasings of the published entries in these languages, questions first."""
    shown = and_(Entry.status == "published", Entry.lang.in_(languages))
    questions = session.scalars(select(Entry.question).where(shown)).all()
    wordings = session.scalars(
        select(PhrasingRow.text).join(Entry, Entry.id == PhrasingRow.entry_id).where(shown)
    ).all()
    return [*questions, *wordings]


def published_answers(session: Session, languages: Collection[str]) -> dict[int, str]:
    """Return the text of each published answer in these languages for the sentence encoder, by entry."""
    shown = and_(Entry.status == "published", Entry.lang.in_(languages))
    wanted = select(Entry.id, Entry.question, Entry.answer).where(shown)
    return {
        entry_id: text_of_answer(question, _words_of(answer)) for entry_id, question, answer in session.execute(wanted)
    }


def origin_at(session: Session, revision: int) -> Origin:
    """Return the database's origin at `revision`, now or in the past."""
    last = session.execute(
        select(EntryVersion.id, EntryVersion.at)
        .where(EntryVersion.revision <= revision)
        .order_by(EntryVersion.revision.desc(), EntryVersion.id.desc())
        .limit(1)
    ).one_or_none()
    return Origin(revision, last[0], last[1]) if last else Origin(revision, 0, None)


def changes(session: Session, since: int, most: int) -> Changes:
    """Return the changes after the revision `since`; the cost depends only on the number of changes."""
    revision = current_revision(session)
    if revision == since:
        return Changes(revision, {}, {})
    if revision < since:  # the database was replaced by an older copy
        return Changes(revision, None, {})
    # Without DISTINCT, for which SQLite would scan all versions: an entry that changed twice counts twice.
    versions = session.scalars(select(EntryVersion.entry_id).where(EntryVersion.revision > since).limit(most + 1)).all()
    if len(versions) > most:
        return Changes(revision, None, {})
    changed = sorted(set(versions))
    entries, answers = _wordings(session, changed) if changed else ({}, {})
    return Changes(revision, {entry: entries.get(entry, []) for entry in changed}, answers)


def _wordings(session: Session, ids: Sequence[int] | None = None) -> tuple[dict[int, list[Phrasing]], dict[int, str]]:
    """Return phrasings and answers by entry, the question first; of all published entries or of these."""
    wanted = Entry.status == "published"
    if ids is not None:
        wanted &= Entry.id.in_(ids)
    entries = session.execute(
        select(Entry.id, Entry.question, Entry.lang, Entry.answer).where(wanted).order_by(Entry.id)
    ).all()
    wordings = session.execute(
        select(PhrasingRow.entry_id, PhrasingRow.text, Entry.lang)
        .join(Entry, Entry.id == PhrasingRow.entry_id)
        .where(wanted)
        .order_by(PhrasingRow.entry_id, PhrasingRow.position)
    ).all()
    found: defaultdict[int, list[Phrasing]] = defaultdict(list)
    for entry_id, question, lang, _ in entries:
        found[entry_id].append(Phrasing(entry_id, question, lang))
    for entry_id, text, lang in wordings:
        found[entry_id].append(Phrasing(entry_id, text, lang))
    return dict(found), {entry_id: _words_of(answer) for entry_id, _, _, answer in entries}


def _words_of(answer: str) -> str:
    return _LINK_TARGET.sub("]", answer)
