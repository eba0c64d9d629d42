"""A word of a question against the words of a knowledge, and the character n-grams by which words are compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.lexicon.intents import Marks

_SIZES = (3, 4, 5)
LIKE = 0.35
"""Words whose n-gram cosine is no greater have nothing to do with each other."""

_HEAD = 112
"""Bytes of an array besides its values."""


def sharpen(likeness: Floats) -> Floats:
    """Likeness to the power of 1.5, so that little counts for less: by a root, which costs a fifth of a power."""
    likeness = likeness.astype(np.float32, copy=False)
    powers: Floats = likeness * np.sqrt(likeness)
    return powers


def grams(form: str) -> list[str]:
    """The character 3–5-grams of a word with a space on both sides, each once."""
    padded = f" {form} "
    length = len(padded)
    return list(dict.fromkeys(padded[i : i + size] for size in _SIZES for i in range(length - size + 1)))


def checksums(grams: Iterable[str]) -> NDArray[np.uint32]:
    """The numbers under which n-grams are kept: checksums, for tens of thousands of strings in a table cost megabytes."""
    return np.fromiter((crc32(gram.encode()) for gram in grams), np.uint32)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question against the vocabulary.

    `weight` is how telling it is, `square` its own n-gram mass; `near` are the forms that share n-grams with it, with
    their `shared` n-gram mass. `close` are those of them that may stand for it, with their `likeness`: the n-gram cosine,
    `sharpened`, and 1 for the forms of the same stem, or of one that is the same word in the other alphabet, which `kin`
    lists once more. `rarity` is how rare the word is in its language, `marks` what it says of acts and manners.
    """

    form: str
    known: bool
    weight: float
    square: float
    near: Ints
    shared: Floats
    close: Ints
    likeness: Floats
    kin: Ints
    meaning: Floats
    rarity: float
    marks: Marks

    @property
    def size(self) -> int:
        """Bytes of what it holds for itself: its meaning is a line of the vocabulary's."""
        own = (self.near, self.shared, self.close, self.likeness)
        return sum(array.nbytes for array in own) + _HEAD * len(own)
