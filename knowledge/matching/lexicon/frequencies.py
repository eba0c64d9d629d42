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

from knowledge.languages import LANGUAGES
from knowledge.matching.lexicon.edit_candidates import LONGEST, Guesses
from knowledge.matching.lexicon.meanings import key
from knowledge.matching.text.normalised import lower

FILE = Path(__file__).with_name("frequencies.npy")
STEPS = 1000
"""Into how many parts a power of ten is divided where frequencies are kept."""

_LETTERS = {
    code: "".join(dict.fromkeys(lower(language.letters))) for code, language in LANGUAGES.items()
}  # as words are looked up

_CHECKSUM = np.uint64(32)
"""Bits of a checksum, which stands in the upper half of a row of the table."""
_SIFTED = 20
"""First bits of a checksum, by which alone six of seven guesses are no word."""
_NOT_SIFTED = _CHECKSUM - np.uint64(_SIFTED)


class Frequencies:
    """Which part of all words of a language a lower-case form is, 0 for one that the table does not have."""

    def __init__(self) -> None:
        self._table: NDArray[np.uint64] = np.asarray(np.load(FILE, mmap_mode="r"))
        self._sieve = np.zeros(1 << _SIFTED, bool)
        self._sieve[self._table >> _CHECKSUM >> _NOT_SIFTED] = True
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
        if len(word) > LONGEST or sum(letter not in letters for letter in word) > 1:
            return []
        guesses = Guesses(word, lang, letters)
        likely = self._sieve.take(guesses.keys >> _NOT_SIFTED).nonzero()[0]
        keys = guesses.keys.take(likely)
        rows = self._table.take(self._table.searchsorted(keys << _CHECKSUM), mode="clip")
        held = likely.compress(rows >> _CHECKSUM == keys).tolist()
        found = dict.fromkeys([guesses.word(number) for number in held])
        return [form for form in found if form != word and self.of(form, lang)]


def pack(word: str, lang: str, share: float) -> int:
    """The checksum, half a checksum of the word read backwards, and the share: hundreds of guesses need more than one checksum."""
    return key(word, lang) << 32 | _second(word) << 16 | min(round(-log10(share) * STEPS), 0xFFFF)


def _second(word: str) -> int:
    return crc32(word[::-1].encode()) & 0xFFFF
