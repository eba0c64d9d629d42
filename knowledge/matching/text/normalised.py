"""Normalisation of messages: case, accents of Latin letters, emoji and noise are removed.

The result has at most `LIMIT` characters, so every later step has a bounded cost.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain

LIMIT = 500
"""Maximum number of characters of a message that are read."""

_HEAD = 300
_RAW_LIMIT = 4 * LIMIT

_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = frozenset({"Cf", "Mn", "Mc", "Me"})
"""Categories of characters inside words that are not seen or only change a letter: soft hyphens, joiners, accents."""
_BLANK_LETTERS = str.maketrans(dict.fromkeys("\u115f\u1160\u3164\uffa0"))
_NO_LETTER = re.compile(r"[^\w\s\x00-\x7f]")
_DIGIT = re.compile(r"\d")
_AMOUNT = re.compile(r"(\d+)([^\W\d]{2,})")
_TWINS = str.maketrans("авекмнорстух", "abekmhopctyx")
"""Cyrillic letters that look like Latin ones: beside digits both stand for the same, as in 4К and 1080p."""
_THREE_ALIKE = re.compile(r"(.)\1\1")
"""A fast check for stretched letters, which few messages have."""

_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_CYRILLIC = re.compile(r"[а-я]")
_LATIN = re.compile(r"[a-z]")


def _latin_folds() -> dict[int, str]:
    folds: dict[int, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = unicodedata.normalize("NFD", chr(code))[0]
        if plain.isascii() and plain != chr(code):
            folds[code] = plain
    return folds | {ord("ø"): "o", ord("đ"): "d", ord("ł"): "l"}


_FOLDS = _latin_folds()
_FIRST_CYRILLIC, _LAST_CYRILLIC = "\u0400", "\u04ff"


def clip(raw: str) -> str:
    """Return the message without control, invisible, combining and surrogate characters, at most `LIMIT` long.

    Of a longer message the beginning and the end stay: people greet, describe their situation, and ask last.
    """
    if len(raw) > _RAW_LIMIT:
        raw = f"{raw[: _RAW_LIMIT // 2]}\n{raw[-_RAW_LIMIT // 2 :]}"
    text = raw
    if not raw.isascii():
        text = unicodedata.normalize("NFKC", raw.translate(_BLANK_LETTERS))
        if _NO_LETTER.search(text):
            text = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    if len(text) > LIMIT:
        text = f"{text[: _HEAD - 1]}\n{text[-(LIMIT - _HEAD) :]}"
    return text


def lower(text: str) -> str:
    """Case-fold a text, with ё as е and without the dot that folding makes of a Turkish İ."""
    return text.casefold().replace("ё", "е").replace("\u0307", "")


def words(lowered: str) -> list[str]:
    """Return the words and numbers of `lower`ed text, with accents; letters repeated for emphasis appear once.

    A number and its unit are two words however they are written, "60fps" as "60 fps".
    """
    if _THREE_ALIKE.search(lowered):
        lowered = _STRETCHED.sub(r"\1", lowered)
    found: list[str] = _WORD.findall(lowered)
    return list(chain.from_iterable(map(_amount, found))) if _DIGIT.search(lowered) else found


def _amount(word: str) -> Sequence[str]:
    """Return a word with digits as its number and its unit, or as one word with Latin letters where they look alike."""
    if not _DIGIT.search(word):
        return (word,)
    amount = _AMOUNT.fullmatch(word)
    if amount:
        return amount.groups()
    latin = word.translate(_TWINS)
    return (word if is_cyrillic(latin) else latin,)


def word_places(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each word or number."""
    return [place.span() for place in _WORD.finditer(text)]


def fold(word: str) -> str:
    """Remove accents of Latin letters, so that Hungarian typed without them is the same word."""
    return word if word.isascii() or _FIRST_CYRILLIC <= word[0] <= _LAST_CYRILLIC else word.translate(_FOLDS)


def is_cyrillic(text: str) -> bool:
    return _CYRILLIC.search(text) is not None


def is_latin(text: str) -> bool:
    return _LATIN.search(text) is not None
