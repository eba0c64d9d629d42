"""Button presses under answers and choices as judged questions: the entry that was meant, or those that were not.

Contacts who press nothing are not counted, although many of them were helped. The share of right answers is therefore
underestimated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from knowledge.entries.models import Entry, Lookup, Outcome, Vote
from knowledge.matching import Matcher, keep_plausible
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
    said = or_(Lookup.vote.is_not(None), Lookup.outcome.in_((*_MEANT, "none_fits", "something_else", "handed_off")))
    wanted = (
        select(
            Lookup.question,
            Lookup.lang,
            Lookup.candidates,
            Lookup.chosen_entry_id,
            Lookup.outcome,
            Lookup.vote,
        )
        .where(Lookup.band.in_(("answer", "likely", "suggest")), said, Lookup.emptied_at.is_(None))
        .order_by(Lookup.id.desc())
        .limit(most)
    )
    found = []
    for text, lang, candidates, chosen, outcome, vote in session.execute(wanted):
        meant = chosen if vote == "helped" or outcome in _MEANT else None
        shown = keep_plausible(load_candidates(candidates))
        refused = frozenset[int]() if meant else _refused(shown, chosen, outcome, vote)
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
            found.append(Asked.of(said.lang, expected, match, lambda entry: keys.get(entry, "?")))
        progress(number, len(feedback))
    return found


def _refused(shown: Sequence[FoundEntry], chosen: int | None, outcome: Outcome, vote: Vote | None) -> frozenset[int]:
    """Return the entries that were shown and do not fit; none if the question went to an agent for another reason.

    `shown` are the plausible ones. No entry is chosen where choices were refused, or an answer for something else.
    """
    if chosen is not None:
        return frozenset((chosen,)) if vote == "not_helped" else frozenset()
    # The other entries were seen only by a contact who went on from there.
    seen = shown[:1] if outcome == "something_else" else shown
    return frozenset(candidate.entry_id for candidate in seen)
