"""A stand-in with the interface of the matcher: finds phrasings that are the same text, or share half of the words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """What to do with a question: answer it, offer choices, or pass it on."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One wording of an entry."""

    entry_id: int
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer, with a probability and its reasons."""

    entry_id: int
    phrasing: str
    confidence: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a question, best first."""

    question: str
    band: Band
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a candidate answers or is offered."""

    answer: float = 0.9
    suggest: float = 0.4


class Matcher:
    """An immutable index over phrasings."""

    def __init__(self, phrasings: tuple[Phrasing, ...], thresholds: Thresholds) -> None:
        self._phrasings = phrasings
        self._thresholds = thresholds

    @classmethod
    def build(cls, phrasings: Iterable[Phrasing], thresholds: Thresholds = Thresholds()) -> "Matcher":
        return cls(tuple(phrasings), thresholds)

    def match(self, question: str, *, languages: Sequence[str] = (), limit: int = 5) -> Match:  # noqa: ARG002 - a stand-in
        asked = set(question.casefold().split())
        best: dict[int, Candidate] = {}
        for phrasing in self._phrasings:
            words = set(phrasing.text.casefold().split())
            score = len(asked & words) / max(1, len(asked | words))
            known = best.get(phrasing.entry_id)
            if score >= self._thresholds.suggest and (known is None or known.confidence < score):
                best[phrasing.entry_id] = Candidate(phrasing.entry_id, phrasing.text, score, tuple(asked & words))
        found = tuple(sorted(best.values(), key=lambda found: -found.confidence)[:limit])
        if not found:
            return Match(question, Band.NONE, ())
        sure = found[0].confidence >= self._thresholds.answer
        return Match(question, Band.ANSWER if sure else Band.SUGGEST, found)
