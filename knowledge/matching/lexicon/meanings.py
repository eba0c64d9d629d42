"""Which words mean nearly the same: small vectors of frequent word stems in Russian, English and Hungarian.

One table serves all three languages, so "видео" is near "video". Words it does not hold have no meaning and weigh
nothing. Made by `benchmarks/distil_meanings.py`; provenance beside the files.
"""

from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats

KEYS = Path(__file__).with_name("meanings.keys.npy")
VECTORS = Path(__file__).with_name("meanings.vectors.npy")
WIDTH = 128
_MANY = 500


class Meanings:
    """Vectors of unit length by stem and language; a zero vector for an unknown stem.

    The vectors, 6 MB, stay in their file: a question looks up a few, and an index being built reads all for a moment.
    """

    def __init__(self) -> None:
        self._keys: NDArray[np.uint32] = np.load(KEYS)
        self._vectors: NDArray[np.int8] = np.asarray(np.load(VECTORS, mmap_mode="r"))

    @classmethod
    @cache
    def load(cls) -> "Meanings":
        return cls()

    def of(self, stems: list[tuple[str, str]]) -> Floats:
        """One row for each (stem, language)."""
        found = np.zeros((len(stems), WIDTH), np.float32)
        if not stems or not len(self._keys):
            return found
        keys = np.array([key(stem, lang) for stem, lang in stems], np.uint32)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        held = self._keys[places] == keys
        # Many words are spread over the whole file, and what is once looked at stays mapped: read, it is given back.
        vectors = self._vectors if len(stems) < _MANY else np.load(VECTORS)
        rows = vectors[places[held]].astype(np.float32)
        found[held] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return found


def key(word: str, lang: str) -> int:
    """The number under which a stem or a form is kept: a checksum, for a table needs no spelling."""
    return crc32(f"{lang}:{word}".encode())
