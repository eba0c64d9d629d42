"""Every sentence that contacts read of the bot, with its built-in texts and what a text of one's own must keep."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from handoff.messages.rich_text import clean
from handoff.wording.placeholders import Rules, WordingError, check_places, names_of, places_of
from infra.wording import Catalogue, Replacements, mark

LONGEST = 1000
LONGEST_LABEL = 40
"""Of a button, whose label the platforms cut off."""
EXAMPLE_QUESTION = mark("How do I change my password?")
_SLUG, _HASH = 48, 6
_LABELS_PLACES = frozenset({"number"})
_ENDS = ".:?…!"


class SentenceGroup(StrEnum):
    """When a sentence is said; in the order in which the groups are shown."""

    GREETINGS = "greetings"
    ANSWERS = "answers"
    PERSON = "person"
    WAITING = "waiting"
    AGENTS = "agents"
    CLOSING = "closing"
    FORMS = "forms"
    LISTS = "lists"
    FILES = "files"
    PUBLIC = "public"
    DATA = "data"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or label of a button."""

    key: str
    """Names it in addresses, in the REST interface and in the database."""
    text: str
    """The English sentence, by which the catalogues know it."""
    plural: str
    """Its plural; empty for most."""
    group: SentenceGroup

    @property
    def is_label(self) -> bool:
        """Return whether it is a button or a few words of a list, and so has one short line."""
        short = len(self.text) <= LONGEST_LABEL and not self.text.endswith(tuple(_ENDS))
        return short and names_of(self.text) <= _LABELS_PLACES


@dataclass(frozen=True, slots=True)
class Source:
    """A catalogue with those of its sentences that contacts read: each with its plural, if it has one."""

    catalogue: Catalogue
    sentences: Sequence[tuple[str, ...]]


class Wordbook:
    """The sentences; texts that take their places reach the catalogues with `apply`."""

    def __init__(
        self,
        sources: Sequence[Source],
        groups: Mapping[str, SentenceGroup],
        languages: Sequence[str],
        examples: Callable[[str], Mapping[str, object]],
    ) -> None:
        """`groups` has the group of each sentence, and `examples` the values of placeholders in a language."""
        self._sources = sources
        self._catalogues: dict[str, Catalogue] = {}
        found: dict[str, Sentence] = {}
        for source in sources:
            for text, *plural in source.sentences:
                key = key_of(text)
                group = groups.get(text, SentenceGroup.OTHER)
                found.setdefault(key, Sentence(key, text, plural[0] if plural else "", group))
                self._catalogues.setdefault(key, source.catalogue)
        order = {text: place for place, text in enumerate(groups)}
        rank = {group: place for place, group in enumerate(SentenceGroup)}
        self.languages = tuple(languages)
        self.sentences = tuple(
            sorted(found.values(), key=lambda one: (rank[one.group], order.get(one.text, len(order))))
        )
        self._by_key = found
        self._examples = examples

    def find(self, key: str) -> Sentence | None:
        """Return the sentence with this key."""
        return self._by_key.get(key)

    def built_in(self, sentence: Sentence, language: str) -> tuple[str, ...]:
        """Return the built-in text: one, or one for each plural form of the language."""
        return self._catalogues[sentence.key].built_in(language, sentence.text, sentence.plural)

    def current(self, text: str, language: str) -> str:
        """Return the text that contacts read at present, before its placeholders are filled in."""
        catalogue = self._catalogues[key_of(text)]
        return (catalogue.replacement(language, text) or catalogue.built_in(language, text))[0]

    def counts(self, sentence: Sentence, language: str) -> tuple[tuple[int, ...], ...]:
        """Return the first numbers of each plural form; nothing for a sentence without a plural."""
        return self._catalogues[sentence.key].examples_of_forms(language) if sentence.plural else ()

    def check(self, sentence: Sentence, language: str, forms: Iterable[str]) -> tuple[str, ...]:
        """Return the texts without surrounding blanks and control characters. Raises WordingError."""
        texts = tuple(clean(form.replace("\r\n", "\n")).strip() for form in forms)
        built_in = self.built_in(sentence, language)
        if len(texts) != len(built_in):
            raise WordingError(mark("Give {count} texts, one for each form."), count=len(built_in))
        for form, text in enumerate(texts):
            try:
                if not any(unicodedata.category(one)[0] not in "ZC" for one in text):
                    raise WordingError(mark("Write a text, or go back to the built-in one."))
                check_places(text, self._rules(sentence, language, built_in[form]))
                self._check_length(sentence, language, text, built_in[form])
            except WordingError as error:
                raise WordingError(error.sentence, form, **error.values) from None
        return texts

    def fits(self, sentence: Sentence, language: str, forms: Sequence[str]) -> bool:
        """Return whether stored texts can still be filled in: an upgrade may have changed the placeholders."""
        built_in = self.built_in(sentence, language)
        try:
            for text, original in zip(forms, built_in, strict=True):
                check_places(text, self._rules(sentence, language, original))
        except (WordingError, ValueError):
            return False
        return True

    def fill_in(self, sentence: Sentence, language: str, forms: Sequence[str]) -> tuple[str, ...]:
        """Return the texts with example values in the places of their placeholders."""
        return tuple(
            self._filled(sentence, language, form, self._count(sentence, language, place))
            for place, form in enumerate(forms)
        )

    def placeholders(self, sentence: Sentence, language: str) -> tuple[tuple[str, str], ...]:
        """Return each placeholder as the built-in text writes it, with the example that previews show for it."""
        found: dict[str, str] = {}
        for form in self.built_in(sentence, language):
            for name, spec in places_of(form):
                written = f"{{{name}:{spec}}}" if spec else f"{{{name}}}"
                found.setdefault(written, self._filled(sentence, language, written, self._count(sentence, language, 0)))
        return tuple(found.items())

    def apply(self, texts: Replacements) -> None:
        """Let the catalogues say these texts, by language and English sentence, and no others any more."""
        for source in self._sources:
            source.catalogue.replace(texts)

    def _count(self, sentence: Sentence, language: str, form: int) -> int | None:
        return self.counts(sentence, language)[form][-1] if sentence.plural else None

    def _filled(self, sentence: Sentence, language: str, text: str, count: int | None) -> str:
        values = dict(self._examples(language))
        values |= {name: name for name in names_of(sentence.text) if name not in values}
        if count is not None:
            values["count"] = count
        return self._catalogues[sentence.key].fill(language, text, **values) or text

    def _rules(self, sentence: Sentence, language: str, built_in: str) -> Rules:
        inflected = {name for name, spec in places_of(built_in) if spec}
        specs = frozenset((name, spec) for name in inflected for spec in self._specs.get(language, ()))
        return Rules(names_of(built_in), names_of(sentence.text) | names_of(sentence.plural), specs)

    @cached_property
    def _specs(self) -> Mapping[str, frozenset[str]]:
        """The format specifications that the built-in texts of each language use."""
        return {
            language: frozenset(
                spec
                for sentence in self.sentences
                for form in self.built_in(sentence, language)
                for _, spec in places_of(form)
                if spec
            )
            for language in self.languages
        }

    def _check_length(self, sentence: Sentence, language: str, text: str, built_in: str) -> None:
        if not sentence.is_label:
            if len(text) > LONGEST:
                raise WordingError(mark("The text is too long: {limit} characters at most."), limit=LONGEST)
            return
        limit = max(LONGEST_LABEL, len(self._filled(sentence, language, built_in, None)))
        if "\n" in text or len(self._filled(sentence, language, text, None)) > limit:
            raise WordingError(
                mark("Write one line of at most {limit} characters: contacts see this on a button or in a list."),
                limit=limit,
            )


def key_of(text: str) -> str:
    """Return the key of an English sentence: its first words, and a few letters that make it unique."""
    slug = "-".join(re.findall(r"[a-z0-9]+", text.lower().replace("'", "")))[:_SLUG].strip("-")
    return f"{slug}-{hashlib.sha256(text.encode()).hexdigest()[:_HASH]}"
