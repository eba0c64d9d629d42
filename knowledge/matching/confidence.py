"""The learned part: weights that order the entries, and the logistic that turns the best score into a probability."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.matching.arrays import Floats

_FILE = Path(__file__).with_name("weights.json")


def circumstances(scores: Floats, rows: Floats, known: float, words: int) -> Floats:
    """What the probability of the first entry is judged by; `scores` and `rows` are best first, at least one."""
    first = float(scores[0])
    second = float(scores[1]) if len(scores) > 1 else first - 3.0
    third = float(scores[2]) if len(scores) > 2 else second
    own = [first, first - second, first - third, known, min(words, 8) / 8, 1.0 if words == 1 else 0.0]
    return np.concatenate([np.array(own, np.float32), rows[0]])


@dataclass(frozen=True, slots=True)
class Weights:
    """Immutable learned numbers, see `benchmarks/train_matching.py`."""

    order: Floats
    confidence: Floats
    bias: float

    @classmethod
    def load(cls) -> "Weights":
        data = json.loads(_FILE.read_text(encoding="utf-8"))
        return cls(np.array(data["order"], np.float32), np.array(data["confidence"], np.float32), float(data["bias"]))

    def score(self, rows: Floats) -> Floats:
        scores: Floats = rows @ self.order
        return scores

    def probability(self, circumstances_: Floats) -> float:
        return float(1.0 / (1.0 + np.exp(-(circumstances_ @ self.confidence + self.bias))))
