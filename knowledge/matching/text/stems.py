"""Stems by Snowball, chosen by the script and the language of the text; a spoken form has the stem of the written word.

"прила" is "приложение", "acct" is "account", in questions and in phrasings. Only forms that hardly mean anything else
are listed (`Language.colloquial`); words with several meanings are left to the comparison of meanings.
"""

from collections.abc import Collection
from functools import cache, lru_cache

import Stemmer

from knowledge.languages import LANGUAGES
from knowledge.matching.text.normalised import fold, is_cyrillic

ANY_FORM = "~"
"""Ends a spoken word that is meant in all its inflections; the others stand for themselves alone."""

_STEMMERS = {code: Stemmer.Stemmer(language.stemmer, 0) for code, language in LANGUAGES.items()}
_CYRILLIC = {code: code for code, language in LANGUAGES.items() if language.script == "cyrillic"}
_LATIN = {code: code for code, language in LANGUAGES.items() if language.script == "latin"}
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
    by_word, by_stem = _written(lang)
    written = by_word.get(word)
    if written is not None:
        return written
    if len(word) < 3 or not word.isalpha():
        return fold(word)
    found = fold(_STEMMERS[lang].stemWord(word))
    return by_stem.get(found, found)


@cache
def _written(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    """The stem of the written word for each spoken one: for single forms, and for all forms of a stem."""
    stemmer = _STEMMERS[lang]
    by_word, by_stem = {}, {}
    for form, written in written_forms(lang).items():
        stem = fold(stemmer.stemWord(written))
        bare = form.removesuffix(ANY_FORM)
        by_word[bare] = by_word[fold(bare)] = stem
        if bare != form:
            by_stem[fold(stemmer.stemWord(bare))] = stem
    return by_word, by_stem


def written_forms(lang: str) -> dict[str, str]:
    """The written word for each spoken one, in lower case."""
    return {form: written for written, forms in LANGUAGES[lang].colloquial.items() for form in forms.split()}
