"""Comparison of a question's word with the vocabulary by character n-grams."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.lexicon.stances import Marks

_SIZES = (3, 4, 5)
LIKE = 0.35
"""N-gram cosine up to which words count as unrelated."""

LIKE_OTHERS, UNLIKE_ALL = 1, 2
"""What a word is that no phrasing has: like one that they have, by letters or by meaning, or not."""

_HEAD = 112
"""Overhead of an array in bytes."""


def sharpen(likeness: Floats) -> Floats:
    """Raise similarities to the power of 1.5, which reduces small ones; a root costs a fifth of a power."""
    likeness = likeness.astype(np.float32, copy=False)
    powers: Floats = likeness * np.sqrt(likeness)
    return powers


def grams(form: str) -> list[str]:
    """Return the distinct character 3–5-grams of a word with a space on both sides."""
    padded = f" {form} "
    length = len(padded)
    return list(dict.fromkeys(padded[i : i + size] for size in _SIZES for i in range(length - size + 1)))


def checksums(grams: Iterable[str]) -> NDArray[np.uint32]:
    """Return the keys of n-grams: checksums, because tens of thousands of strings would cost megabytes."""
    return np.fromiter((crc32(gram.encode()) for gram in grams), np.uint32)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question compared with the vocabulary.

    `weight` is its inverse-frequency weight, `square` its own n-gram mass; `near` are the forms that share n-grams with
    it, with their `shared` n-gram mass. `close` are those similar enough to match, with their `likeness`: the sharpened
    n-gram cosine, or 1 for forms of the same stem, which `kin` lists too. `rarity` is the rarity of the word in its
    language, `novelty` is 0 if a phrasing has its stem, else `LIKE_OTHERS` or `UNLIKE_ALL`, and `marks` are the stances
    that it shows.
    """

    form: str
    weight: float
    square: float
    near: Ints
    shared: Floats
    close: Ints
    likeness: Floats
    kin: Ints
    meaning: Floats
    rarity: float
    novelty: int
    marks: Marks

    @property
    def size(self) -> int:
        """Size of its own data in bytes; its meaning is a row of the vocabulary's table."""
        own = (self.near, self.shared, self.close, self.likeness)
        return sum(array.nbytes for array in own) + _HEAD * len(own)
