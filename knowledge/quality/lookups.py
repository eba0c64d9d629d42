"""The log of looked-up questions and their outcomes: the source of votes, gaps and threshold advice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from infra.storage import rows
from knowledge.entries.models import Entry, Lookup, Outcome
from knowledge.entries.repository import EntryView
from knowledge.matching import Candidate, Match

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A candidate of a lookup, as it is kept."""

    entry_id: int
    confidence: float = 0.0
    phrasing: str = ""


def dump_candidates(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    """The value of `lookup.candidates`."""
    return [
        {"entry_id": found.entry_id, "confidence": round(found.confidence, 4), "phrasing": found.phrasing}
        for found in candidates
    ]


def load_candidates(stored: Iterable[Mapping[str, Any]]) -> tuple[FoundEntry, ...]:
    return tuple(FoundEntry(**one) for one in stored)


def record_lookup(session: Session, *, contact_id: int | None, match: Match, lang: str, at: datetime) -> int:
    """Store a question and its candidates; returns the lookup's id. The entry of a given answer counts as "chosen"."""
    return rows.add(
        session,
        Lookup,
        contact_id=contact_id,
        question=match.question,
        band=match.band.value,
        candidates=dump_candidates(match.candidates),
        chosen_entry_id=match.candidates[0].entry_id if match.band.answers else None,
        outcome="pending",
        lang=lang,
        at=at,
    )


def record_reading(session: Session, *, contact_id: int | None, entry: EntryView, at: datetime) -> int:
    """Store that an entry was opened from the topics, without a search; returns the id for `settle_lookup`."""
    return rows.add(
        session,
        Lookup,
        contact_id=contact_id,
        question=entry.question,
        band="browsed",
        candidates=[],
        chosen_entry_id=entry.id,
        outcome="chosen",
        lang=entry.lang,
        at=at,
    )


def settle_lookup(session: Session, lookup_id: int, outcome: Outcome, chosen_entry_id: int | None = None) -> bool:
    """Store the outcome of a lookup; returns False if the lookup does not exist or has a vote already.

    `helped` and `not_helped` are votes for the shown entry. Only the first vote of a lookup is counted. Other outcomes
    may follow a vote ("not helped", then the reason: "unclear", "disliked", "handed off"). After `something_else` the
    shown entry no longer counts as chosen.
    """
    values: dict[str, object] = {"outcome": outcome}
    if chosen_entry_id is not None or outcome == "something_else":
        values["chosen_entry_id"] = chosen_entry_id
    settled = update(Lookup).where(Lookup.id == lookup_id).values(values).returning(Lookup.chosen_entry_id)
    settled = settled.execution_options(synchronize_session=False)
    if outcome not in {"helped", "not_helped"}:
        return session.execute(settled).one_or_none() is not None
    # The condition in the UPDATE counts a vote once, even if several clicks arrive together.
    voted = session.execute(settled.where(Lookup.vote.is_(None)).values(vote=outcome)).one_or_none()
    if voted is None:
        return False
    counter = Entry.helped if outcome == "helped" else Entry.not_helped
    session.execute(
        update(Entry)
        .where(Entry.id == voted.chosen_entry_id)
        .values({counter: counter + 1})
        .execution_options(synchronize_session=False)
    )
    return True


def outcomes_of(session: Session, entry_id: int) -> dict[Outcome, int]:
    """Return the number of lookups of this entry by outcome."""
    counted = select(Lookup.outcome, func.count()).where(Lookup.chosen_entry_id == entry_id).group_by(Lookup.outcome)
    return {row[0]: row[1] for row in session.execute(counted)}
