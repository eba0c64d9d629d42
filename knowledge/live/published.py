"""What the matcher is made of, read from the database: everything published, or only what changed since a revision."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.entries.history import current_revision
from knowledge.entries.models import Entry, EntryVersion
from knowledge.entries.models import Phrasing as PhrasingRow
from knowledge.matching import Phrasing, text_of_answer

_LINK_TARGET = re.compile(r"\]\([^)]*\)")  # where a Markdown link leads says nothing about the question


@dataclass(frozen=True, slots=True)
class Origin:
    """Which state of which database something was made from.

    `version` and `at` are the last entry version up to `revision`: a database that was restored from a copy and edited
    since reaches the same revisions again, but never with the same version at the same moment.
    """

    revision: int
    version: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """Every wording of the published entries and the words of each answer."""

    origin: Origin
    phrasings: list[Phrasing]
    answers: dict[int, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new at `revision`: the wordings of each changed entry (none where it is published no more).

    `entries` is None where more have changed than were asked for, or the past is not what it was.
    """

    revision: int
    entries: dict[int, list[Phrasing]] | None
    answers: dict[int, str]


def read_published(session: Session) -> Published:
    """The whole knowledge as it is matched."""
    # The revision first: a change that slips in between is then seen again by the next look, never missed.
    origin = origin_at(session, current_revision(session))
    entries, answers = _wordings(session)
    return Published(origin, [phrasing for own in entries.values() for phrasing in own], answers)


def published_texts(session: Session) -> list[str]:
    """Every wording of the published entries, questions first."""
    shown = Entry.status == "published"
    questions = session.scalars(select(Entry.question).where(shown)).all()
    wordings = session.scalars(
        select(PhrasingRow.text).join(Entry, Entry.id == PhrasingRow.entry_id).where(shown)
    ).all()
    return [*questions, *wordings]


def published_answers(session: Session) -> dict[int, str]:
    """What the semantic extra reads of each published answer, by entry."""
    wanted = select(Entry.id, Entry.question, Entry.answer).where(Entry.status == "published")
    return {
        entry_id: text_of_answer(question, _words_of(answer)) for entry_id, question, answer in session.execute(wanted)
    }


def origin_at(session: Session, revision: int) -> Origin:
    """What the database says of its state at `revision`, now or in the past."""
    last = session.execute(
        select(EntryVersion.id, EntryVersion.at)
        .where(EntryVersion.revision <= revision)
        .order_by(EntryVersion.revision.desc(), EntryVersion.id.desc())
        .limit(1)
    ).one_or_none()
    return Origin(revision, last[0], last[1]) if last else Origin(revision, 0, None)


def changes(session: Session, since: int, most: int) -> Changes:
    """What changed after the revision `since`; costs as much as has changed, whatever the size of the knowledge."""
    revision = current_revision(session)
    if revision == since:
        return Changes(revision, {}, {})
    if revision < since:  # a copy was put in the place of the database
        return Changes(revision, None, {})
    # Not DISTINCT, for which SQLite would go through all versions: an entry that changed twice counts twice.
    versions = session.scalars(select(EntryVersion.entry_id).where(EntryVersion.revision > since).limit(most + 1)).all()
    if len(versions) > most:
        return Changes(revision, None, {})
    changed = sorted(set(versions))
    entries, answers = _wordings(session, changed) if changed else ({}, {})
    return Changes(revision, {entry: entries.get(entry, []) for entry in changed}, answers)


def _wordings(session: Session, ids: Sequence[int] | None = None) -> tuple[dict[int, list[Phrasing]], dict[int, str]]:
    """Wordings and answers by entry, the question first; of all published entries or of these."""
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
