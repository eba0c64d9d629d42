"""What contacts pressed under answers and choices, read as judged questions: which entry they meant, or which ones they did not.

Whoever presses nothing says nothing: many who were helped just go. So a share of right answers among these is rather too low.
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
"""An answer that is unclear, or tells what nobody likes to hear, is the answer to what was asked all the same."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One question and what its contact said of what was found: the entry that was `meant`, else those that were `refused`."""

    text: str
    lang: str
    meant: int | None
    refused: frozenset[int]


def latest_feedback(session: Session, most: int) -> list[Feedback]:
    """What was said of the latest questions that were answered or offered choices, `most` of them, newest first."""
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
    """The keys of the published entries by their ids."""
    rows = session.execute(select(Entry.id, Entry.key).where(Entry.status == "published"))
    return {row.id: row.key for row in rows}


def asked_again(
    matcher: Matcher,
    feedback: Sequence[Feedback],
    keys: Mapping[int, str],
    progress: Callable[[int, int], None] = lambda _asked, _all: None,
) -> list[Asked]:
    """What the matcher makes of these questions now, with the keys of entries in place of their ids.

    Left out is what nobody can judge any more: the entry that was meant is gone, or what was refused is not what is found.
    `progress` is told (asked, all) after each.
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
    """The entries that were shown and do not fit; none where a person came in for another reason."""
    if vote == "not_helped":
        return frozenset(() if chosen is None else (chosen,))
    if band == "suggest" and chosen is None:
        return frozenset(candidate.entry_id for candidate in candidates)
    return frozenset()
