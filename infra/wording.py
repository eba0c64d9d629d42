"""Texts for people, from gettext catalogues: the English sentence is the key, with one file per language."""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


class Catalogue:
    """Catalogues of one folder, each named after its language (`ru.po`), read on first use.

    They are compiled in memory, so that a translator's edit needs no build step.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._languages = frozenset(file.stem for file in folder.glob("*.po"))
        self._read = cache(self._load)

    def text(self, language: str, sentence: str, **values: object) -> str:
        """Translate `sentence` into `language`, with `{name}` replaced by each value."""
        return self.translations(language).gettext(sentence).format(**values)

    def plural(self, language: str, one: str, many: str, count: int, **values: object) -> str:
        """Translate the plural form for `count`; `{count}` stands for it."""
        return self.translations(language).ngettext(one, many, count).format(count=count, **values)

    def translations(self, language: str) -> gettext.GNUTranslations:
        """Return the gettext object for template engines; an unknown language is English."""
        return self._read(language if language in self._languages else "en")

    def _load(self, language: str) -> gettext.GNUTranslations:
        compiled = BytesIO()
        with (self._folder / f"{language}.po").open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)


def mark(sentence: str) -> str:
    """Return `sentence` itself: marks a sentence in a table for the catalogues, to be looked up later."""
    return sentence
