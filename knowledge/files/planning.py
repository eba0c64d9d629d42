"""Planning and application of a load.

A load makes the knowledge base equal to its draft: entries that it does not name are archived (unless `keep` is set).
An archived entry that is loaded again is the same row, with its history and votes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.orm import Session

from infra.clock import Clock
from infra.errors import PlainError
from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.entries.history import Placed, Writer, current_revision
from knowledge.entries.problems import KnowledgeError, Problem
from knowledge.entries.stored_drafts import StoredEntry, stored_entries
from knowledge.entries.texts import fingerprint
from knowledge.entries.validation import phrasings, problem
from knowledge.files.category_plan import CategoryPlan
from knowledge.files.near_duplicates import near_duplicate_notes

_NOT_OF_FILES = frozenset({"archived", "proposed"})
"""Statuses of entries that a load leaves as they are, unless its files name them."""
_FIELDS = ("category", "question", "alternatives", "answer", "handoff", "status")


class PlanChangedError(PlainError):
    """The knowledge base was changed between the plan and its application; a new plan is needed."""


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """One entry of a plan; `fields` lists the differences of a changed one ("status" if it leaves the archive)."""

    key: str
    lang: str
    question: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedCategory:
    """One category that a load adds, changes or removes."""

    key: str
    change: Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that a draft makes to the knowledge base at `revision`.

    `notes` name near duplicates and forms that are kept: one sentence each, for the person who loads.
    """

    revision: int
    keep: bool
    added: tuple[PlannedEntry, ...]
    changed: tuple[PlannedEntry, ...]
    removed: tuple[PlannedEntry, ...]
    unchanged: tuple[PlannedEntry, ...]
    categories: tuple[PlannedCategory, ...]
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the plan changes nothing."""
        return not (self.added or self.changed or self.removed or self.categories)


def plan(session: Session, draft: Draft, keep: bool = False) -> Plan:
    """Compare `draft` with the database; writes nothing.

    Raises:
            KnowledgeError: with `keep`, a phrasing of the draft already belongs to an entry that stays.
    """
    revision = current_revision(session)
    shelving = CategoryPlan(session, draft, keep=keep)
    stored = _by_name(stored_entries(session))
    added, changed, unchanged = [], [], []
    for entry in shelving.entries:
        known = stored.pop(_name(entry), None)
        if known is None:
            added.append(_planned(entry))
        elif fields := _differences(known.draft, entry):
            changed.append(_planned(entry, fields))
        else:
            unchanged.append(_planned(entry))
    left = [known.draft for known in stored.values() if known.draft.status not in _NOT_OF_FILES]
    if keep and (problems := list(_taken(shelving.entries, left))):
        raise KnowledgeError(problems)
    return Plan(
        revision=revision,
        keep=keep,
        added=tuple(added),
        changed=tuple(changed),
        removed=() if keep else tuple(map(_planned, left)),
        unchanged=tuple(unchanged),
        categories=tuple(PlannedCategory(key, change) for key, change in shelving.changes()),
        notes=(*shelving.notes(), *near_duplicate_notes(shelving.entries, left if keep else ())),
    )


def apply(session: Session, draft: Draft, plan: Plan, author: str, clock: Clock) -> None:
    """Apply `plan` in the transaction of `session`.

    Raises:
        PlanChangedError: the knowledge base has changed since the plan was made.
    """
    writer = Writer(session, author, clock())
    if writer.revision != plan.revision + 1:
        raise PlanChangedError("The knowledge has changed since this was prepared: look at the changes again.")
    shelving = CategoryPlan(session, draft, keep=plan.keep)
    shelves = shelving.store()
    stored = _by_name(stored_entries(session))
    # With `keep`, existing entries keep their position; new ones are appended.
    first_free = max((known.position for known in stored.values()), default=-1) + 1 if plan.keep else 0
    fresh, changed, moved = [], [], []
    for place, entry in enumerate(shelving.entries):
        shelf = shelves.get(entry.category or "")
        known = stored.pop(_name(entry), None)
        if known is None:
            fresh.append(Placed(entry, shelf, first_free + place))
            continue
        position = known.position if plan.keep else place
        if _differences(known.draft, entry):
            changed.append((known.id, Placed(entry, shelf, position)))
        elif position != known.position:
            moved.append((known.id, position))
    if not plan.keep:
        left = [known for known in stored.values() if known.draft.status not in _NOT_OF_FILES]
        for known in left:
            gone = replace(known.draft, status="archived")
            changed.append((known.id, Placed(gone, shelves.get(gone.category or ""), known.position)))
    writer.add(fresh)
    writer.change(changed)
    writer.move(moved)
    shelving.discard()


def _name(entry: EntryDraft) -> tuple[str, str]:
    return entry.key, entry.lang


def _by_name(stored: Iterable[StoredEntry]) -> dict[tuple[str, str], StoredEntry]:
    return {_name(known.draft): known for known in stored}


def _planned(entry: EntryDraft, fields: tuple[str, ...] = ()) -> PlannedEntry:
    return PlannedEntry(entry.key, entry.lang, entry.question, fields)


def _differences(old: EntryDraft, new: EntryDraft) -> tuple[str, ...]:
    return tuple(name for name in _FIELDS if getattr(old, name) != getattr(new, name))


def _taken(entries: Iterable[EntryDraft], staying: Iterable[EntryDraft]) -> Iterable[Problem]:
    owners = {(entry.lang, fingerprint(text)): entry.key for entry in staying for _, text in phrasings(entry)}
    for entry in entries:
        for name, text in phrasings(entry):
            if owner := owners.get((entry.lang, fingerprint(text))):
                yield problem(entry, name, f'"{text[:80]}" is already a phrasing of "{owner}" ({entry.lang})')
