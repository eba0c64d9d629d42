"""The learned weights: the ranking of entries, and the logistic that turns the best score into a probability."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path

import numpy as np

from knowledge.matching.arrays import Floats
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.semantic.vectors import NAMES as SEMANTIC_NAMES

FILE = Path(__file__).with_name("weights.json")

AROUND = ("score", "second", "third", "share", "known", "words", "single")
"""Further inputs of the probability: the best score, its lead over the next two, its share among all candidates, the
share of the question that the knowledge base knows, and the question's number of words."""


def circumstances(scores: Sequence[float], row: Floats, known: float, words: int) -> Floats:
    """Return the inputs of the first entry's probability: `scores` are best first, at least one; `row` is its row."""
    first = scores[0]
    second = scores[1] if len(scores) > 1 else first - 3.0
    third = scores[2] if len(scores) > 2 else second
    share = 1.0 / sum([exp(score - first) for score in scores])
    own = [first, first - second, first - third, share, known, min(words, 8) / 8, 1.0 if words == 1 else 0.0]
    return np.concatenate([np.array(own, np.float32), row])


_LEAST, _MOST = 0.05, 0.9999
_OPEN, _CAREFUL = 0.8, 0.975
_COLUMNS = {"lexical": NAMES, "semantic": NAMES + SEMANTIC_NAMES}


@dataclass(frozen=True, slots=True)
class Weights:
    """Immutable learned numbers; `benchmarks/train_matching.py` writes them.

    The best features depend on the number of phrasings per entry, so the ranking has two sets of weights: `plain`, and
    `rich`, added in proportion to the richness of the knowledge base (0 for one phrasing per entry, 1 for 16 and more).
    The section `lexical` is for rows of words alone, `semantic` for rows with the columns of vectors.
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
        """Return the weights of the feature columns for a knowledge base of this richness."""
        weights: Floats = self.plain + np.float32(richness) * self.rich
        return weights

    def logit(self, around: Floats) -> float:
        """Return the logarithm of the odds that the first entry is right."""
        slope = float(around @ self.confidence)
        return slope + self.bias

    def probability(self, around: Floats) -> float:
        return _probability(self.logit(around))


def agree(by_vectors: float, by_words: float) -> float:
    """Combine two probabilities that an entry is right.

    For an answer it is the mean of the two in logits, slightly reduced: on unseen knowledge bases vectors alone are
    overconfident; of their answers .93 are right, of those by both .95. Up to `_OPEN` that mean is too low, and a
    logistic of the two, fitted across knowledge bases, is used.
    """
    vectors, words = (log(p / (1 - p)) for p in (min(max(chance, _LEAST), _MOST) for chance in (by_vectors, by_words)))
    fitted = 0.3 + 0.55 * vectors + 0.24 * words
    return max(_probability(_CAREFUL * (vectors + words) / 2), min(_probability(fitted), _OPEN))


def _probability(logit: float) -> float:
    return 1 / (1 + exp(-logit))
