"""Stems by Snowball, chosen by the script and the language of the text; those of spoken words are the written ones'."""

from functools import cache, lru_cache

import Stemmer

from knowledge.matching.text.colloquial import ANY_FORM, written_forms
from knowledge.matching.text.normalised import fold, is_cyrillic

_STEMMERS = {
    lang: Stemmer.Stemmer(name, 0) for lang, name in (("ru", "russian"), ("en", "english"), ("hu", "hungarian"))
}


def stem(word: str, lang: str) -> str:
    """The folded stem of a lower-case word; Cyrillic is Russian, Latin is Hungarian or English as `lang` says."""
    return _stem(word, "ru" if is_cyrillic(word) else "hu" if lang == "hu" else "en")


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
