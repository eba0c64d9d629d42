"""The learned weights: the ranking of entries, and the logistic that turns the best score into a probability."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

import numpy as np

from knowledge.matching.arrays import Floats
from knowledge.matching.ranking import features
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.semantic.vectors import NAMES as SEMANTIC_NAMES

FILE = Path(__file__).with_name("weights.json")

AROUND = ("lead", "share", "words", "single")
"""Further inputs of the probability: the lead of the first entry over the second, its share among all candidates, the
question's number of words, and whether it is a single one."""

AGAINST = features.AGAINST | {"single"}
"""The inputs that speak against an answer; a single word is often ambiguous. All others speak for it."""

_OPPOSED, _STRANGE = NAMES.index("opposed"), NAMES.index("strange")
_LACKING = 0.3
"""Minimum of `strange`: in a long question one word may be missing."""

_NEVER_ANSWERED = 0.5
"""Maximum probability of an entry that contradicts the question or lacks what it is about: it may be offered, but is no
answer. Of such entries with more by the logistic .36 and .8 were right, across families."""


def circumstances(scores: Sequence[float], row: Floats, words: int) -> Floats:
    """Return the inputs of the first entry's probability: `scores` are best first, at least one; `row` is its row."""
    first = scores[0]
    lead = min(first - scores[1], _FAR) if len(scores) > 1 else _FAR
    share = 1.0 / sum([exp(score - first) for score in scores])
    return np.concatenate([np.array([lead, share, min(words, 8) / 8, float(words == 1)], np.float32), row])


_FAR = 4.0
"""The lead from which on it makes no difference, and of an entry without rivals."""
_COLUMNS = {"lexical": NAMES, "semantic": NAMES + SEMANTIC_NAMES}


@dataclass(frozen=True, slots=True)
class Weights:
    """Immutable learned numbers; `benchmarks/train_matching.py` writes them.

    The best features depend on the number of phrasings per entry, so the ranking has two sets of weights: `plain` for
    one phrasing per entry, `rich` for 16 and more, mixed by the richness of the knowledge base. The section `lexical`
    is for rows of words alone, `semantic` for rows with the columns of vectors.
    """

    plain: Floats
    rich: Floats
    confidence: Floats
    bias: float

    @classmethod
    @cache
    def load(cls, section: str) -> "Weights":
        """Load a section. Raises ValueError if the file was trained for other features than the code computes."""
        data = json.loads(FILE.read_text(encoding="utf-8"))[section]
        columns = _COLUMNS[section]
        if tuple(data["order"]) != columns or tuple(data["confidence"]) != AROUND + columns:
            raise ValueError(f"{FILE.name} was learned for other features; run benchmarks/train_matching.py")
        order = np.array(list(data["order"].values()), np.float32)
        confidence = np.array(list(data["confidence"].values()), np.float32)
        return cls(order[:, 0], order[:, 1], confidence, float(data["bias"]))

    def order(self, richness: float) -> Floats:
        """Return the weights of the feature columns for a knowledge base of this richness, 0..1."""
        weights: Floats = np.float32(1 - richness) * self.plain + np.float32(richness) * self.rich
        return weights

    def logit(self, around: Floats) -> float:
        """Return the logarithm of the odds that the first entry is right."""
        return float(around @ self.confidence) + self.bias

    def probability(self, around: Floats, ease: float = 0.0) -> float:
        """Return the probability that the first entry is right; `ease` is that of the knowledge base, in logits."""
        return 1 / (1 + exp(-self.logit(around) - ease))


def limit_probability(probability: float, row: Floats) -> float:
    """Return the probability of an entry by its row, reduced where the entry is never an answer."""
    never = row[_OPPOSED] >= 1.0 or row[_STRANGE] >= _LACKING
    return min(probability, _NEVER_ANSWERED) if never else probability
