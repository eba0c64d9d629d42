"""Texts for people, from gettext catalogues: the English sentence is the key, with one file per language."""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Inflect = Callable[[int, str], str]
"""Writes a number by the format specification of a translation."""


class Catalogue:
    """Catalogues of one folder, each named after its language (`ru.po`), read on first use.

    They are compiled in memory, so that a translator's edit needs no build step.
    """

    def __init__(self, folder: Path, inflections: Mapping[str, Inflect] | None = None) -> None:
        """`inflections` write the numbers of a sentence, by language; other languages use Python's own format."""
        self._inflections = inflections or {}
        self._folder = folder
        self._languages = frozenset(file.stem for file in folder.glob("*.po"))
        self._read = cache(self._load)

    def text(self, language: str, sentence: str, **values: object) -> str:
        """Translate `sentence` into `language`, with `{name}` replaced by each value."""
        return self.translations(language).gettext(sentence).format(**self._inflected(language, values))

    def plural(self, language: str, one: str, many: str, count: int, **values: object) -> str:
        """Translate the plural form for `count`; `{count}` stands for it."""
        return (
            self.translations(language)
            .ngettext(one, many, count)
            .format(**self._inflected(language, {"count": count, **values}))
        )

    def _inflected(self, language: str, values: Mapping[str, object]) -> dict[str, object]:
        inflect = self._inflections.get(language)
        if inflect is None:
            return dict(values)
        return {name: _Numeral(value, inflect) if type(value) is int else value for name, value in values.items()}

    def translations(self, language: str) -> gettext.GNUTranslations:
        """Return the gettext object for template engines; an unknown language is English."""
        return self._read(language if language in self._languages else "en")

    def _load(self, language: str) -> gettext.GNUTranslations:
        compiled = BytesIO()
        with (self._folder / f"{language}.po").open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)


@dataclass(frozen=True, slots=True)
class _Numeral:
    """A number in a sentence, written with the words beside it that depend on it."""

    value: int
    inflect: Inflect

    def __format__(self, spec: str) -> str:
        return self.inflect(self.value, spec)


def mark(sentence: str) -> str:
    """Return `sentence` itself: marks a sentence in a table for the catalogues, to be looked up later."""
    return sentence
