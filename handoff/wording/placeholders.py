"""Placeholders of a sentence, such as {number}: reading them, and the reasons why a text is refused."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from infra.errors import PlainError
from infra.wording import mark

_PLACE = re.compile(r"\{([^{}]*)\}")
_WRITTEN = re.compile(r"(\w+)(?::([^!]*))?")
_NEAR = 20
"""Number of characters that are quoted after a stray bracket."""


class WordingError(PlainError):
    """A text that cannot take the place of a sentence; nothing was changed.

    `sentence` is marked for translation, and `values` fill its places. `form` is the place of the faulty plural form.
    """

    def __init__(self, sentence: str, form: int = 0, **values: str | int) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values
        self.form = form


@dataclass(frozen=True, slots=True)
class Rules:
    """Placeholders that a text needs, and those that it may have."""

    needed: AbstractSet[str]
    allowed: AbstractSet[str]
    specs: AbstractSet[tuple[str, str]]
    """Names with a format specification that the language knows for them: ("number", "az") is {number:az}."""


def places_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return the name and the format specification of each placeholder. Raises WordingError for any other bracket."""
    found = []
    for place in _PLACE.finditer(text):
        written = _WRITTEN.fullmatch(place[1])
        if written is None:
            raise _malformed(place[0])
        found.append((written[1], written[2] or ""))
    stray = re.search(r"[{}]", _PLACE.sub(lambda place: "x" * len(place[0]), text))
    if stray is not None:
        raise _malformed(text[stray.start() : stray.start() + _NEAR].split("\n", maxsplit=1)[0])
    return tuple(found)


def names_of(text: str) -> frozenset[str]:
    """Return the names of the placeholders of a built-in sentence."""
    return frozenset(name for name, _ in places_of(text))


def check_places(text: str, rules: Rules) -> None:
    """Raise WordingError if a placeholder is missing, unknown or malformed."""
    places = places_of(text)
    unknown = {name for name, _ in places} - rules.allowed
    if unknown and not rules.allowed:
        raise WordingError(mark("This sentence has no placeholders: please leave out {names}."), names=_listed(unknown))
    if unknown:
        raise WordingError(
            mark("{names} is unknown here: this sentence can have {allowed}."),
            names=_listed(unknown),
            allowed=_listed(rules.allowed),
        )
    for name, spec in places:
        if spec and (name, spec) not in rules.specs:
            raise _malformed(f"{{{name}:{spec}}}")
    missing = rules.needed - {name for name, _ in places}
    if missing:
        raise WordingError(mark("Please keep {names} in the text: contacts need it."), names=_listed(missing))


def _malformed(found: str) -> WordingError:
    return WordingError(
        mark("“{found}” is no placeholder: write them exactly as they are shown, in one pair of curly brackets."),
        found=found,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
