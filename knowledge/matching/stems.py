"""Stems by Snowball, chosen by the script and the language of the text; those of spoken words are the written ones'."""

from functools import cache

import Stemmer

from knowledge.matching.colloquial import ANY_FORM, spoken
from knowledge.matching.text import fold, is_cyrillic

_ALGORITHMS = {"ru": "russian", "en": "english", "hu": "hungarian"}


class Stems:
    """Stems words one by one and remembers nothing, so that any number of threads may share it."""

    def __init__(self) -> None:
        self._stemmers = {lang: Stemmer.Stemmer(name, 0) for lang, name in _ALGORITHMS.items()}

    def stem(self, word: str, lang: str) -> str:
        """The folded stem of a lower-case word; Cyrillic is Russian, Latin is Hungarian or English as `lang` says."""
        lang = "ru" if is_cyrillic(word) else "hu" if lang == "hu" else "en"
        by_word, by_stem = _written(lang)
        written = by_word.get(word)
        if written is not None:
            return written
        if len(word) < 3 or not word.isalpha():
            return fold(word)
        stem = fold(self._stemmers[lang].stemWord(word))
        return by_stem.get(stem, stem)


@cache
def _written(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    """The stem of the written word for each spoken one: for single forms, and for all forms of a stem."""
    stemmer = Stemmer.Stemmer(_ALGORITHMS[lang], 0)
    by_word, by_stem = {}, {}
    for form, written in spoken(lang).items():
        stem = fold(stemmer.stemWord(written))
        bare = form.removesuffix(ANY_FORM)
        by_word[bare] = by_word[fold(bare)] = stem
        if bare != form:
            by_stem[fold(stemmer.stemWord(bare))] = stem
    return by_word, by_stem
