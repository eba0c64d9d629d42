"""How frequent the forms of words are in Russian, English and Hungarian: what a misspelt word may have been meant to be.

The table holds checksums, no words, so a word is looked for by asking for all that it may have been before one slip of the
fingers. Made by `benchmarks/distil_meanings.py`; provenance in `meanings.md`.
"""

from bisect import bisect_left
from functools import cache, lru_cache
from math import log10
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.meanings import key

FILE = Path(__file__).with_name("frequencies.npy")
STEPS = 1000
"""Into how many parts a power of ten is divided where frequencies are kept."""

_LETTERS = {
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "en": "abcdefghijklmnopqrstuvwxyz",
    "hu": "abcdefghijklmnopqrstuvwxyzáéíóöőúüű",
}
_LONGEST = 25


class Frequencies:
    """Which part of all words of a language a lower-case form is, 0 for one that the table does not have."""

    def __init__(self) -> None:
        self._table: NDArray[np.uint64] = np.asarray(np.load(FILE, mmap_mode="r"))
        self._rows = self._table.data  # one number is sooner found by `bisect` than by numpy

    @classmethod
    @cache
    def load(cls) -> "Frequencies":
        return cls()

    @lru_cache(maxsize=1024)  # noqa: B019 - there is only one table
    def of(self, word: str, lang: str) -> float:
        wanted = key(word, lang)
        place = bisect_left(self._rows, wanted << 32)
        row = self._rows[place] if place < len(self._rows) else 0
        held = row >> 32 == wanted and row >> 16 & 0xFFFF == _second(word)
        return float(10.0 ** (-(row & 0xFFFF) / STEPS)) if held else 0.0

    def one_edit_away(self, word: str, lang: str) -> list[str]:
        """The words of the table that become this one when a letter is left out, put in, changed, or swapped with the next."""
        letters = _LETTERS[lang]
        if len(word) > _LONGEST or sum(letter not in letters for letter in word) > 1:
            return []
        begun = [crc32(f"{lang}:{word[:cut]}".encode()) for cut in range(len(word) + 1)]
        edits = _edits(word, letters)
        keys = np.array([crc32(rest, begun[cut]) for cut, rest in edits], np.uint64)
        ordered = np.sort(keys)  # so they are looked up in a quarter of the time
        rows = self._table.take(self._table.searchsorted(ordered << np.uint64(32)), mode="clip")
        known = ordered.compress(rows >> np.uint64(32) == ordered)
        held = np.flatnonzero((keys[:, None] == known).any(axis=1)).tolist()
        found = {word[:cut] + rest.decode(): None for cut, rest in [edits[number] for number in held]}
        return [form for form in found if form != word and self.of(form, lang)]


def packed(word: str, lang: str, share: float) -> int:
    """The checksum, half a checksum of the word read backwards, and the share: hundreds of guesses need more than one checksum."""
    return key(word, lang) << 32 | _second(word) << 16 | min(round(-log10(share) * STEPS), 0xFFFF)


def _second(word: str) -> int:
    return crc32(word[::-1].encode()) & 0xFFFF


def _edits(word: str, letters: str) -> list[tuple[int, bytes]]:
    """How many letters stay, and what comes after them."""
    own, others = [letter.encode() for letter in word], [letter.encode() for letter in letters]
    tails = [word[cut:].encode() for cut in range(len(word) + 1)]
    found = [(cut, other + tail) for cut, tail in enumerate(tails) for other in others]
    for cut, tail in enumerate(tails[1:]):
        found.append((cut, tail))
        found += [(cut, other + tail) for other in others]
    found += [(cut, own[cut + 1] + own[cut] + tail) for cut, tail in enumerate(tails[2:])]
    return found
