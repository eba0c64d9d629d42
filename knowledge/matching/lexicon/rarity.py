"""How rare a word is in its language: whether it tells something that nothing in the knowledge speaks of it.

One table of stems serves all three languages. Made by `benchmarks/distil_meanings.py`; provenance in `meanings.md`.
"""

from bisect import bisect_left
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.lexicon.meanings import key

KEYS = Path(__file__).with_name("rarity.keys.npy")
VALUES = Path(__file__).with_name("rarity.values.npy")
STEPS = 100
"""In what parts of one the values are kept."""
_COMMONEST, _RANGE = 2.0, 5.0
"""Powers of ten: one word in a hundred has rarity 0, one in ten million 1."""


class Rarity:
    """From 0 for one word in a hundred, by the logarithm, to 1 for one in five million or fewer, or never seen."""

    def __init__(self) -> None:
        self._keys: NDArray[np.uint32] = np.asarray(np.load(KEYS, mmap_mode="r"))
        self._rows = self._keys.data  # one number is sooner found by `bisect` than by numpy
        self._values: NDArray[np.uint8] = np.asarray(np.load(VALUES, mmap_mode="r"))

    @classmethod
    @cache
    def load(cls) -> "Rarity":
        return cls()

    def of(self, stem: str, lang: str) -> float:
        """How rare the stem is in the language."""
        wanted = key(stem, lang)
        place = bisect_left(self._rows, wanted)
        held = place < len(self._rows) and self._rows[place] == wanted
        return int(self._values[place]) / STEPS if held else 1.0

    def share(self, stem: str, lang: str) -> float:
        """Which part of all words of the language has the stem; 0 for one in five million or fewer."""
        rarity = self.of(stem, lang)
        return float(10.0 ** -(_COMMONEST + _RANGE * rarity)) if rarity < 1.0 else 0.0
