"""The values that go into the matcher and come out of it."""

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """What the caller may do with a match: answer at once, offer choices, or pass the question to a person."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way of asking for an entry; an entry has one or many."""

    entry_id: int
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer; `confidence` is the calibrated probability that it does, `why` the words that say so.

    The words of `why` are as they stand in `phrasing`, so that a page can highlight them there.
    """

    entry_id: int
    phrasing: str
    confidence: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one question: candidates best first, and the band of the best.

    One that is `held_back` would not be answered however low the threshold: a single word that is no phrasing as it stands, or
    nothing but question words.
    """

    question: str
    band: Band
    candidates: tuple[Candidate, ...]
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence from which the best candidate is an answer, or worth a suggestion; both within 0..1.

    The defaults are chosen so that an answer is right in at least 95 % of cases on knowledge never seen before
    (`docs/matching.md`).
    """

    answer: float = 0.88
    suggest: float = 0.2

    def __post_init__(self) -> None:
        if not 0.0 <= self.suggest <= self.answer <= 1.0:
            raise ValueError(f"thresholds need 0 <= suggest <= answer <= 1, got {self.suggest} and {self.answer}")
