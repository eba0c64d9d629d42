"""Detect the language of a message or a word."""

import re
from collections.abc import Iterable

from knowledge.languages import LANGUAGES, Language

_ALL = tuple(LANGUAGES.values())
_CYRILLIC = tuple(language for language in _ALL if language.script == "cyrillic")
_LATIN = tuple(language for language in _ALL if language.script == "latin")
_WORD = re.compile(r"[^\W\d_]+")


def _any_letter(letters: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(letters)}]", re.IGNORECASE)


_CYRILLIC_LETTERS = _any_letter(language.letters for language in _CYRILLIC)
_LATIN_LETTERS = _any_letter(language.letters for language in _LATIN)
_ACCENTS = {language.code: language.accents for language in _ALL}


def language_of(text: str, otherwise: str) -> str:
    """Return a language code, or `otherwise` if the text shows none (digits, emoji, a wrong keyboard layout).

    Among languages of one script, the one with most of the words wins, by frequent words and accents.
    """
    cyrillic, latin = len(_CYRILLIC_LETTERS.findall(text)), len(_LATIN_LETTERS.findall(text))
    candidates = _CYRILLIC if cyrillic > latin else _LATIN
    if candidates is _CYRILLIC and len(_CYRILLIC) == 1:
        return _CYRILLIC[0].code
    words = words_of(text)
    counts = [_count_own(words, language) for language in candidates]
    most = max(counts)
    return candidates[counts.index(most)].code if counts.count(most) == 1 else otherwise


def accented_language(word: str) -> str:
    """Return the language of a Latin word: one that has its accents, else the first with accents, else the first."""
    if word.isascii():
        return _LATIN[0].code
    accented = [language for language in _LATIN if language.accents]
    own = (language.code for language in accented if all(map(language.letters.__contains__, word)))
    return next(own, (accented or _LATIN)[0].code)


def _count_own(words: list[str], language: Language) -> int:
    """Count the words that are frequent in the language or contain one of its accents."""
    frequent, accents = language.frequent_words, _ACCENTS[language.code]
    return sum(word in frequent or not (word.isascii() or accents.isdisjoint(word)) for word in words)


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower())
