"""Stems by Snowball, chosen by the script and the language of the text."""

import unicodedata
from collections.abc import Collection
from functools import lru_cache

import Stemmer

from knowledge.languages import LANGUAGES
from knowledge.matching.text.normalised import fold, is_cyrillic, lower, words

_STEMMERS = {code: Stemmer.Stemmer(language.stemmer, 0) for code, language in LANGUAGES.items()}
_CYRILLIC = {code: code for code, language in LANGUAGES.items() if language.script == "cyrillic"}
_LATIN = {code: code for code, language in LANGUAGES.items() if language.script == "latin"}
_LONGEST = 64
_ANY_CYRILLIC, _ANY_LATIN = next(iter(_CYRILLIC)), next(iter(_LATIN))


def language_of(word: str, lang: str) -> str:
    """Return the language for a word's stem: `lang` if it has the word's script, else the first of the script."""
    return _CYRILLIC.get(lang, _ANY_CYRILLIC) if is_cyrillic(word) else _LATIN.get(lang, _ANY_LATIN)


def languages_of_scripts(known: Collection[str]) -> tuple[list[str], list[str]]:
    """The languages that Cyrillic and Latin words may be in, where phrasings are in the `known` ones."""
    cyrillic = [code for code in _CYRILLIC if code in known and code != _ANY_CYRILLIC]
    latin = [code for code in _LATIN if code in known and code != _ANY_LATIN]
    return [*cyrillic, _ANY_CYRILLIC], [*latin, _ANY_LATIN]


def stem(word: str, lang: str) -> str:
    """The folded stem of a lower-case word of a text in `lang`."""
    return _stem(word, language_of(word, lang))


@lru_cache(maxsize=256)  # each word of a question is asked for half a dozen times
def _stem(word: str, lang: str) -> str:
    return fold(word if len(word) < 3 or not word.isalpha() else _STEMMERS[lang].stemWord(word))


def words_to_search(text: str) -> list[str]:
    """Return the words of a text of any length that a search looks for, in lower case."""
    return words(lower(unicodedata.normalize("NFKC", text)))


@lru_cache(maxsize=4096)
def search_stems(word: str) -> frozenset[str]:
    """Return the folded stems of a lower-case word in every language of its script; of a long one, of its start."""
    word = word[:_LONGEST]
    return frozenset(_stem(word, code) for code in (_CYRILLIC if is_cyrillic(word) else _LATIN))
