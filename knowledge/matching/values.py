"""Input and output values of the matcher."""

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """What the caller may do with a match: answer at once, offer choices, or pass the question to an agent."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One phrasing of an entry's question; an entry has at least one."""

    entry_id: int
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate entry; `confidence` is the calibrated probability that it answers, `why` the matching words.

    The words of `why` are as written in `phrasing`, so that a page can highlight them there.
    """

    entry_id: int
    phrasing: str
    confidence: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one question: candidates best first, and the band of the best.

    A `held_back` match is not answered at any threshold: a single word that is no phrasing word for word, or only
    question words.
    """

    question: str
    band: Band
    candidates: tuple[Candidate, ...]
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Minimum confidence of the best candidate for an answer and for a suggestion; both within 0..1.

    With the defaults an answer is right in at least 95 % of cases on unseen knowledge bases (`docs/matching.md`).
    """

    answer: float = 0.88
    suggest: float = 0.2

    def __post_init__(self) -> None:
        if not 0.0 <= self.suggest <= self.answer <= 1.0:
            raise ValueError(f"thresholds need 0 <= suggest <= answer <= 1, got {self.suggest} and {self.answer}")
