"""Phonetic matches between the alphabets: "ютуб" means "YouTube", and "смс" means "SMS"."""

import re
from collections.abc import Iterable
from zlib import crc32

import numpy as np
from rapidfuzz import fuzz

from knowledge.matching.arrays import Floats
from knowledge.matching.lexicon.meanings import Meanings
from knowledge.matching.text.normalised import is_cyrillic, is_latin

_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "J", "з": "z", "и": "i", "й": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
        "ц": "ts", "ч": "C", "ш": "S", "щ": "S", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    }
)  # fmt: skip
_LATIN = {
    "tch": "C", "ch": "C", "sh": "S", "ph": "f", "th": "t", "ck": "k", "q": "k", "x": "ks", "j": "J",
    "oo": "u", "ou": "u",
    "ee": "i", "ea": "i", "wh": "v", "w": "v", "y": "i", "ce": "se", "ci": "si", "cy": "si", "c": "k",
}  # fmt: skip
_SPELT = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
_SOFT_G = re.compile(r"dg(?=e)")
_W_AFTER_VOWEL = re.compile(r"(?<=[aeiou])w")
_SILENT_E = re.compile(r"(?<=..)e$")
_TWICE = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiou]+")

_LEAST_ALIKE = {0: 100.0, 1: 100.0, 2: 85.0, 3: 75.0}
"""Minimum `fuzz.ratio` of two words by their number of common consonants."""
_LEAST_OF_LONG = 60.0
_ALL_BUT_EQUAL = 90.0
_KEYS = 0x7FFFFFFF
_LEAST_MEANT = 0.35
"""Minimum cosine of meanings, chosen by reading the 700 pairs of the development sets and the example knowledge base:
"верните" is not "warn" (.18)."""


def sound(word: str) -> str:
    """Return a lower-case word roughly as it sounds, in one alphabet; capital letters denote ч, ш and дж."""
    if is_cyrillic(word):
        heard = word.translate(_CYRILLIC).replace("dJ", "J")
    else:
        heard = _SOFT_G.sub("J", _W_AFTER_VOWEL.sub("u", word))
        heard = _SILENT_E.sub("", _SPELT.sub(lambda unit: _LATIN[unit.group()], heard))
    return _TWICE.sub(r"\1", heard)


class Sounds:
    """The stems of a knowledge base by consonants, which the two spellings of a word share. Immutable."""

    def __init__(self, stems: Iterable[str]) -> None:
        """`stems` are in the order of their numbers. With only Latin stems it is empty: Cyrillic words are unknown."""
        found = list(stems)
        self._has_cyrillic = any(map(is_cyrillic, found))
        self._has_latin = any(map(is_latin, found))
        kept = found if self._has_cyrillic else []
        numbers = [number for number, stem in enumerate(kept) if _may_be_spelt_otherwise(stem)]
        keys = [_key(sound(found[number])) for number in numbers]
        order = np.argsort(np.array(keys, np.uint32), kind="stable")
        self._keys = np.array(keys, np.uint32)[order]
        self._numbers = np.array(numbers, np.int32)[order]
        self._stems = [found[number] for number in self._numbers.tolist()]

    def of(self, stem: str, lang: str, meanings: Floats, number: int | None) -> list[int]:
        """Return the numbers of the stems in the other alphabet that sound like this one and may mean the same.

        `meanings` has a row per stem by its number; unknown meanings are zeros. `number` is that of the stem itself, if
        it has one.
        """
        cyrillic = is_cyrillic(stem)
        if not (self._has_latin if cyrillic else self._has_cyrillic) or not _may_be_spelt_otherwise(stem):
            return []
        heard = sound(stem)
        key = np.uint32(_key(heard))
        found = []
        for place in range(*self._keys.searchsorted([key, key + np.uint32(1)]).tolist()):
            other, strange = self._stems[place], int(self._numbers[place])
            if is_cyrillic(other) != cyrillic and (likeness := _likeness(heard, sound(other))):
                # The file of meanings is read as little as possible: each page read takes memory.
                own = meanings[number] if number is not None else Meanings.load().of([(stem, lang)])[0]
                if _may_mean_the_same(*((own, meanings[strange]) if cyrillic else (meanings[strange], own)), likeness):
                    found.append(strange)
        return found


def _likeness(one: str, other: str) -> float:
    """Return the `fuzz.ratio` of two sounds; 0 if it is too low for their number of common consonants."""
    frame = _frame(one)
    if frame != _frame(other):
        return 0.0
    ratio = fuzz.ratio(one, other)
    return ratio if ratio >= _LEAST_ALIKE.get(len(frame.lstrip("A")), _LEAST_OF_LONG) else 0.0


def _may_mean_the_same(russian: Floats, latin: Floats, likeness: float) -> bool:
    """Return whether two words may mean the same.

    Known meanings must be near, and a known Russian word is rarely a foreign one.
    """
    if russian.any() and latin.any():
        return float(russian @ latin) >= _LEAST_MEANT
    return likeness >= _ALL_BUT_EQUAL or not russian.any()


def _may_be_spelt_otherwise(stem: str) -> bool:
    return len(stem) > 1 and stem.isalpha()


def _key(heard: str) -> int:
    return crc32(_frame(heard).encode()) & _KEYS


def _frame(heard: str) -> str:
    """Return the consonants, with a mark for an initial vowel."""
    return ("A" if heard[:1] in "aeiou" else "") + _VOWELS.sub("", heard).replace("z", "s")
