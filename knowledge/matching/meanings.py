"""Which words mean nearly the same: small vectors of frequent word stems in Russian, English and Hungarian.

One table serves all three languages, so "видео" is near "video". It is data, read once per process, about 3 MB; words it
does not hold have no meaning and weigh nothing. Made by `benchmarks/distil_meanings.py`; provenance beside the file.
"""

from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats

FILE = Path(__file__).with_name("meanings.npz")
WIDTH = 64


class Meanings:
    """Vectors of unit length by stem and language; a zero vector for an unknown stem."""

    def __init__(self, keys: NDArray[np.uint32], vectors: NDArray[np.int8]) -> None:
        self._keys = keys
        self._vectors = vectors

    @classmethod
    @cache
    def load(cls) -> "Meanings":
        with np.load(FILE) as data:
            return cls(data["keys"], data["vectors"])

    def holds(self, stem: str, lang: str) -> bool:
        """Whether the stem is in the table."""
        wanted = key(stem, lang)
        place = int(np.searchsorted(self._keys, np.uint32(wanted)))
        return place < len(self._keys) and int(self._keys[place]) == wanted

    def of(self, stems: list[tuple[str, str]]) -> Floats:
        """One row for each (stem, language)."""
        found = np.zeros((len(stems), WIDTH), np.float32)
        if not stems or not len(self._keys):
            return found
        keys = np.array([key(stem, lang) for stem, lang in stems], np.uint32)
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        held = self._keys[places] == keys
        rows = self._vectors[places[held]].astype(np.float32)
        found[held] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
        return found


def key(stem: str, lang: str) -> int:
    """The number under which a stem is kept: a checksum, for the table needs no spelling."""
    return crc32(f"{lang}:{stem}".encode())
