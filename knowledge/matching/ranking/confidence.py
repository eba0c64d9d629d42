"""The learned part: weights that order the entries, and the logistic that turns the best score into a probability."""

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
"""What else the probability is judged by: the best score, its lead over the next two, its share among all candidates, how
much of the question the knowledge knows, and how many words the question has."""


def circumstances(scores: Sequence[float], row: Floats, known: float, words: int) -> Floats:
    """The numbers behind the probability of the first entry: `scores` are best first, at least one; `row` is its own."""
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

    What tells entries apart depends on how many ways of asking each has, so the order has two sets of weights: `plain`,
    and `rich`, added in proportion to the richness of the knowledge (0 for one phrasing per entry, 1 for 16 and more).
    There is one section for rows of words alone, `lexical`, and one for rows with the columns of vectors, `semantic`.
    """

    plain: Floats
    rich: Floats
    confidence: Floats
    bias: float

    @classmethod
    @cache
    def load(cls, section: str) -> "Weights":
        """Raises ValueError when the file was learned for other features than the code computes."""
        data = json.loads(FILE.read_text(encoding="utf-8"))[section]
        columns = _COLUMNS[section]
        if tuple(data["order"]) != columns or tuple(data["confidence"]) != AROUND + columns:
            raise ValueError(f"{FILE.name} was learned for other features; run benchmarks/train_matching.py")
        order = np.array(list(data["order"].values()), np.float32)
        confidence = np.array(list(data["confidence"].values()), np.float32)
        return cls(order[:, 0], order[:, 1], confidence, float(data["bias"]))

    def order(self, richness: float) -> Floats:
        """Weights of the feature columns for one knowledge base."""
        weights: Floats = self.plain + np.float32(richness) * self.rich
        return weights

    def logit(self, around: Floats) -> float:
        """The logarithm of the odds that the first entry is right."""
        slope = float(around @ self.confidence)
        return slope + self.bias

    def probability(self, around: Floats) -> float:
        return _probability(self.logit(around))


def agree(by_vectors: float, by_words: float) -> float:
    """One probability that an entry is right from two.

    For an answer it is the mean of the two in logits, a little of it taken off: on unseen knowledge vectors alone are too sure
    of themselves, of what they would answer .93 is right, of what both would .95. Up to `_OPEN` that mean is too low, and a
    logistic of the two that was fitted across knowledge bases holds.
    """
    vectors, words = (log(p / (1 - p)) for p in (min(max(chance, _LEAST), _MOST) for chance in (by_vectors, by_words)))
    fitted = 0.3 + 0.55 * vectors + 0.24 * words
    return max(_probability(_CAREFUL * (vectors + words) / 2), min(_probability(fitted), _OPEN))


def _probability(logit: float) -> float:
    return 1 / (1 + exp(-logit))
