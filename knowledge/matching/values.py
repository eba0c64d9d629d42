"""Input and output values of the matcher."""

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """What the caller may do with a match, surest first.

    ANSWER: give the answer. LIKELY: give it under the entry's own question, as a guess that the contact can reject.
    SUGGEST: offer choices. NONE: pass the question to an agent.
    """

    ANSWER = "answer"
    LIKELY = "likely"
    SUGGEST = "suggest"
    NONE = "none"

    @property
    def answers(self) -> bool:
        """Whether the first entry's answer is given at once."""
        return self in (Band.ANSWER, Band.LIKELY)

    def is_surer_than(self, other: "Band") -> bool:
        order = list(Band)
        return order.index(self) < order.index(other)


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
    question words. `ahead` says that the first entry is clearly ahead, as LIKELY requires.
    """

    question: str
    band: Band
    candidates: tuple[Candidate, ...]
    held_back: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Minimum confidence of the best candidate for each band, within 0..1; LIKELY also needs a clear lead.

    With the defaults an answer is right in at least 95 % of cases on unseen knowledge bases (`docs/matching.md`).
    """

    answer: float = 0.88
    likely: float = 0.8
    suggest: float = 0.45

    def __post_init__(self) -> None:
        if not 0.0 <= self.suggest <= self.likely <= self.answer <= 1.0:
            raise ValueError(
                f"thresholds need 0 <= suggest <= likely <= answer <= 1, got {self.suggest}, {self.likely} and"
                f" {self.answer}"
            )
