"""Stems by Snowball, chosen by the script and the language of the text."""

import Stemmer

from knowledge.matching.text import fold, is_cyrillic

_ALGORITHMS = {"ru": "russian", "en": "english", "hu": "hungarian"}


class Stems:
    """Stems words one by one and remembers nothing, so that any number of threads may share it."""

    def __init__(self) -> None:
        self._stemmers = {lang: Stemmer.Stemmer(name, 0) for lang, name in _ALGORITHMS.items()}

    def stem(self, word: str, lang: str) -> str:
        """The folded stem of a lower-case word; Cyrillic is Russian, Latin is Hungarian or English as `lang` says."""
        if len(word) < 3 or not word.isalpha():
            return fold(word)
        latin = "hu" if lang == "hu" else "en"
        stemmer = self._stemmers["ru" if is_cyrillic(word) else latin]
        stem: str = stemmer.stemWord(word)
        return fold(stem)
