"""Button presses under answers and choices as judged questions: the entry that was meant, or those that were not.

Contacts who press nothing are not counted, although many of them were helped. The share of right answers is therefore
underestimated.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.entries.models import Entry, Lookup, Outcome, Vote
from knowledge.matching import Matcher
from knowledge.quality.evaluation import Asked
from knowledge.quality.lookups import FoundEntry, load_candidates

_MEANT: frozenset[Outcome] = frozenset({"chosen", "unclear", "disliked"})
"""Outcomes that confirm the entry: an unclear or unwelcome answer still answers the question."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One question with its contact's judgement: the entry that was `meant`, else those that were `refused`."""

    text: str
    lang: str
    meant: int | None
    refused: frozenset[int]


def latest_feedback(session: Session, most: int) -> list[Feedback]:
    """Return the judgements of the latest questions that got an answer or choices, at most `most`, newest first."""
    said = or_(Lookup.vote.is_not(None), Lookup.outcome.in_((*_MEANT, "none_fits", "handed_off")))
    wanted = (
        select(
            Lookup.question,
            Lookup.lang,
            Lookup.band,
            Lookup.candidates,
            Lookup.chosen_entry_id,
            Lookup.outcome,
            Lookup.vote,
        )
        .where(Lookup.band.in_(("answer", "suggest")), said)
        .order_by(Lookup.id.desc())
        .limit(most)
    )
    found = []
    for text, lang, band, candidates, chosen, outcome, vote in session.execute(wanted):
        meant = chosen if vote == "helped" or outcome in _MEANT else None
        refused = frozenset[int]() if meant else _refused(band, load_candidates(candidates), chosen, vote)
        if meant or refused:
            found.append(Feedback(text, lang, meant, refused))
    return found


def published_keys(session: Session) -> dict[int, str]:
    """Return the keys of the published entries by id."""
    rows = session.execute(select(Entry.id, Entry.key).where(Entry.status == "published"))
    return {row.id: row.key for row in rows}


def asked_again(
    matcher: Matcher,
    feedback: Sequence[Feedback],
    keys: Mapping[int, str],
    progress: Callable[[int, int], None] = lambda _asked, _all: None,
) -> list[Asked]:
    """Match these questions again, with the keys of entries in place of their ids.

    Questions that can no longer be judged are left out: the entry that was meant is gone, or the entry found is not one
    that was refused. `progress` is called with (asked, all) after each.
    """
    found = []
    for number, said in enumerate(feedback, 1):
        match = matcher.match(said.text, languages=(said.lang,), rivals=True)
        entries = [candidate.entry_id for candidate in match.candidates]
        expected = keys.get(said.meant) if said.meant is not None else None
        if expected is not None or (said.meant is None and said.refused.issuperset(entries[:1])):
            confidence = round(match.candidates[0].confidence, 4) if match.candidates else 0.0
            known = tuple(keys.get(entry, "?") for entry in entries[:3])
            found.append(
                Asked(said.text, said.lang, expected, known, match.band, confidence, held_back=match.held_back)
            )
        progress(number, len(feedback))
    return found


def _refused(band: str, candidates: Iterable[FoundEntry], chosen: int | None, vote: Vote | None) -> frozenset[int]:
    """Return the entries that were shown and do not fit; none if the question went to an agent for another reason."""
    if vote == "not_helped":
        return frozenset(() if chosen is None else (chosen,))
    if band == "suggest" and chosen is None:
        return frozenset(candidate.entry_id for candidate in candidates)
    return frozenset()
