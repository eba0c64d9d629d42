"""Transliteration of Russian words in Latin letters: people write й, ы, э, ж, х and ь in many ways, and mix them.

"eto" is "это", "mojet" is "может", "tolko" is "только". All likely readings of a word are returned; the knowledge base
and the language decide which of them is a word.
"""

import re
from collections.abc import Iterable
from functools import cache

_LETTERS = {
    "shch": "щ", "sch": "щ сч", "sh": "ш щ", "ch": "ч", "zh": "ж", "kh": "х", "ts": "ц тс тьс", "yu": "ю", "ju": "ю жу",
    "iu": "ю иу ию", "ya": "я", "ja": "я жа", "ia": "ия иа я", "yo": "е", "jo": "е жо йо", "ye": "е ые ье",
    "je": "е же ье",
    "a": "а", "b": "б", "v": "в", "w": "в", "g": "г", "d": "д", "e": "е э", "j": "й ж ь", "z": "з", "i": "и ы й",
    "y": "ы й и",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у ю", "f": "ф",
    "h": "х",
    "x": "кс х", "c": "ц к", "4": "ч", "6": "ш", "'": "ь ъ", "q": "к",
}  # fmt: skip
"""Readings of each letter, the likeliest first."""

_UNITS = _LETTERS | {
    "yj": "ый ий", "ij": "ий ый", "iy": "ий ый", "yi": "ый ыи", "ii": "ий ии ый", "ai": "ай аи", "ei": "ей еи",
    "oi": "ой ои",
    "iya": "ия", "ija": "ия", "iyu": "ию", "iju": "ию", "iye": "ие", "ije": "ие",
    "tsya": "тся ться", "tsja": "тся ться",
}  # fmt: skip
"""Readings of frequent combinations, above all at the ends of words."""


def _any_of(units: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(unit) for unit in sorted(units, key=len, reverse=True)))


_LETTER, _UNIT = _any_of(_LETTERS), _any_of(_UNITS)
_Y_AFTER_VOWEL = re.compile(r"(?<=[аеиоуыэюя])ы")
_SOFT = "бвдзлмнпрстш"
_OTHER, _LEFT_OUT = 1.0, 0.7
"""Cost of a less likely letter, and of an omitted soft sign, in units of natural logarithm: set by hand."""
_MOST = 80


def letter_by_letter(lowered: str) -> str:
    """Return Cyrillic by the likeliest reading of each letter, including digits 4 and 6, without checking words."""
    return _Y_AFTER_VOWEL.sub("й", _LETTER.sub(lambda unit: _LETTERS[unit.group()].split()[0], lowered))


def readings(word: str) -> list[tuple[float, str]]:
    """Return (cost, lower-case Cyrillic word) pairs, cheapest first; none for a word with other letters."""
    units = _UNIT.findall(word)
    if sum(map(len, units)) != len(word):
        return []
    found = [(0.0, "")]
    for place, unit in enumerate(units):
        before_vowel = place + 1 < len(units) and units[place + 1][0] in "aeiouyj'"
        options = _options(unit, soft=not before_vowel)
        found = sorted([(cost + own, text + letters) for cost, text in found for own, letters in options])[:_MOST]
    return found


@cache
def _options(unit: str, *, soft: bool) -> list[tuple[float, str]]:
    """Return the readings of one unit; `soft` if a soft sign may have been omitted after it."""
    found = []
    for number, letters in enumerate(_UNITS[unit].split()):
        cost = _OTHER if number else 0.0
        found.append((cost, letters))
        if soft and letters in _SOFT:
            found.append((cost + _LEFT_OUT, letters + "ь"))
    return found
