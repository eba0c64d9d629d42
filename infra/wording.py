"""Texts for people, from gettext catalogues: the English sentence is the key, with one file per language."""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Inflect = Callable[[int, str], str]
"""Writes a number by the format specification of a translation."""
_NUMBERS, _EXAMPLES = 30, 3
"""Plural forms are looked for among the numbers below the first, and shown with so many of them."""
Replacements = Mapping[tuple[str, str], tuple[str, ...]]
"""Texts in place of translations, by language and sentence: one, or one for each plural form."""


class Catalogue:
    """Catalogues of one folder, each named after its language (`ru.po`), read on first use.

    They are compiled in memory, so that a translator's edit needs no build step. Texts of `replace` take the place of
    translations; one that cannot be filled in is passed over.
    """

    def __init__(self, folder: Path, inflections: Mapping[str, Inflect] | None = None) -> None:
        """`inflections` write the numbers of a sentence, by language; other languages use Python's own format."""
        self._inflections = inflections or {}
        self._folder = folder
        self._languages = frozenset(file.stem for file in folder.glob("*.po"))
        self._read, self._parse, self._rule = cache(self._load), cache(self._parse_file), cache(self._plural_rule)
        self._replacements: Replacements = MappingProxyType({})

    def text(self, language: str, sentence: str, **values: object) -> str:
        """Translate `sentence` into `language`, with `{name}` replaced by each value."""
        forms = self.replacement(language, sentence)
        filled = self.fill(language, forms[0], **values) if forms else None
        return filled or self.translations(language).gettext(sentence).format(**self._inflected(language, values))

    def plural(self, language: str, one: str, many: str, count: int, **values: object) -> str:
        """Translate the plural form for `count`; `{count}` stands for it."""
        values = {"count": count, **values}
        forms = self.replacement(language, one) or ()
        place = self.form_of(language, count) if forms else 0
        filled = self.fill(language, forms[place], **values) if place < len(forms) else None
        words = filled or self.translations(language).ngettext(one, many, count)
        return filled or words.format(**self._inflected(language, values))

    def replacement(self, language: str, sentence: str) -> tuple[str, ...] | None:
        """Return the texts in place of a sentence, if there are any."""
        return self._replacements.get((self._known(language), sentence)) if self._replacements else None

    def replace(self, texts: Replacements) -> None:
        """Use these texts from now on, in place of translations and of all earlier replacements."""
        self._replacements = texts

    def fill(self, language: str, text: str, **values: object) -> str | None:
        """Replace each `{name}` of a text that is no translation; None if its places and the values do not fit."""
        try:
            return text.format(**self._inflected(language, values))
        except (LookupError, ValueError, TypeError, AttributeError):
            return None

    def sentences(self, language: str) -> tuple[tuple[str, ...], ...]:
        """Return the keys of all translations of a language: a sentence, or its singular and plural."""
        ids = (message.id for message in self._parse(self._known(language)) if message.id)
        return tuple((one,) if isinstance(one, str) else tuple(one) for one in ids)

    def built_in(self, language: str, sentence: str, plural: str = "") -> tuple[str, ...]:
        """Return the translation of a sentence, or with its `plural` every form of it."""
        found = self.translations(language)
        if not plural:
            return (found.gettext(sentence),)
        return tuple(found.ngettext(sentence, plural, numbers[0]) for numbers in self.examples_of_forms(language))

    def form_of(self, language: str, count: int) -> int:
        """Return the plural form that a language uses for `count`."""
        return self._rule(self._known(language))(count)

    def examples_of_forms(self, language: str) -> tuple[tuple[int, ...], ...]:
        """Return the first numbers that take each plural form of a language."""
        forms: list[list[int]] = [[] for _ in range(self._parse(self._known(language)).num_plurals)]
        for number in range(1, _NUMBERS):
            forms[self.form_of(language, number)].append(number)
        return tuple(tuple(numbers[:_EXAMPLES]) for numbers in forms)

    def _inflected(self, language: str, values: Mapping[str, object]) -> dict[str, object]:
        inflect = self._inflections.get(language)
        if inflect is None:
            return dict(values)
        return {name: _Numeral(value, inflect) if type(value) is int else value for name, value in values.items()}

    def translations(self, language: str) -> gettext.GNUTranslations:
        """Return the gettext object for template engines; an unknown language is English."""
        return self._read(self._known(language))

    def _known(self, language: str) -> str:
        return language if language in self._languages else "en"

    def _load(self, language: str) -> gettext.GNUTranslations:
        compiled = BytesIO()
        write_mo(compiled, self._parse(language))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)

    def _plural_rule(self, language: str) -> Callable[[int], int]:
        rule: Callable[[int], int] = gettext.c2py(self._parse(language).plural_expr)
        return rule

    def _parse_file(self, language: str) -> Catalog:
        with (self._folder / f"{language}.po").open("rb") as source:
            return read_po(source, locale=language)


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
