"""Forms: the fields that a contact fills in before a question of a category goes to an agent.

A form is a list of fields, in the order in which they are asked. Files define it as `form` of a category; files in
several languages define the same fields, identified by `name`, each with its own labels and choices.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal, cast, get_args

from knowledge.entries.texts import slug, tidy_line, unstorable

FieldType = Literal["text", "number", "date", "phone", "email", "link", "choice", "file"]
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)
FIELD_KEYS = ("name", "label", "type", "required", "choices")
MOST_FIELDS = 12
MOST_CHOICES = 8
"""Number of button rows that every app can show, minus the navigation buttons."""
LABEL_LENGTH = 200
CHOICE_LENGTH = 40
_YES_OR_NO: dict[object, bool] = {True: True, "true": True, "yes": True, False: False, "false": False, "no": False}
_NAME_LENGTH = 40
_NAME = re.compile("[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. `labels` are its questions by language, `choices` its options, in the same order in every language."""

    name: str
    type: FieldType = "text"
    required: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """Return the question in the language, else in any language that exists."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.name)

    def options(self, language: str) -> tuple[str, ...]:
        return self.choices.get(language) or next(iter(self.choices.values()), ())


Form = tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class FormStep:
    """The message that asks a contact for one field, with the labels of its buttons."""

    text: str
    buttons: tuple[str, ...]


class FormRule(StrEnum):
    """A rule that a form breaks."""

    NOT_A_LIST = "not_a_list"
    TOO_MANY_FIELDS = "too_many_fields"
    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_KEY = "unknown_key"
    NAME = "name"
    NAME_TWICE = "name_twice"
    TYPE = "type"
    REQUIRED = "required"
    LABEL = "label"
    CHOICES = "choices"
    CHOICES_OUT_OF_PLACE = "choices_out_of_place"
    CHOICES_UNEQUAL = "choices_unequal"


@dataclass(frozen=True, slots=True)
class FormFault:
    """An error in a form, for the person who wrote it."""

    rule: FormRule
    reason: str
    field: int | None = None
    """Number of the field, from 1; None for an error of the form as a whole."""

    def __str__(self) -> str:
        return self.reason if self.field is None else f"field {self.field}: {self.reason}"


def load_form(rows: Sequence[Mapping[str, Any]] | None) -> Form:
    """Decode a form as stored in the database or in a started form."""
    return tuple(
        FormField(
            row["name"],
            row["type"],
            row["required"],
            row["labels"],
            {language: tuple(options) for language, options in row["choices"].items()},
        )
        for row in rows or ()
    )


def dump_form(form: Form) -> list[dict[str, Any]]:
    """Encode a form for `load_form`."""
    return [
        {
            "name": one.name,
            "type": one.type,
            "required": one.required,
            "labels": dict(one.labels),
            "choices": {language: list(options) for language, options in one.choices.items()},
        }
        for one in form
    ]


def form_fields(form: Form) -> list[dict[str, object]]:
    """Return the form in the format of a file."""
    fields: list[dict[str, object]] = []
    for one in form:
        given: dict[str, object] = {"name": one.name, "label": dict(one.labels), "type": one.type}
        if not one.required:
            given["required"] = False
        if one.choices:
            given["choices"] = {language: list(options) for language, options in one.choices.items()}
        fields.append(given)
    return fields


def form_digest(form: Form) -> str:
    """Return a short text that differs for forms that differ."""
    return hashlib.blake2b(json.dumps(dump_form(form), sort_keys=True).encode(), digest_size=12).hexdigest()


def name_field(given: str, label: str, taken: Iterable[str]) -> str:
    """Return the name of a field: the given one if it can be, else one after its label that is not `taken`."""
    if _NAME.fullmatch(given) and given not in taken:
        return given
    words = slug(label).replace("-", "_")
    wanted = name = (words if words[0].isalpha() else f"field_{words}")[: _NAME_LENGTH - 3]
    number = 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name


def parse_form(value: object, language: str) -> tuple[Form, list[FormFault]]:
    """Parse a form in the format of a file; returns it with its errors. Texts without a language are in `language`."""
    if value is None:
        return (), []
    if not isinstance(value, list):
        return (), [FormFault(FormRule.NOT_A_LIST, "must be a list of fields")]
    if len(value) > MOST_FIELDS:
        return (), [FormFault(FormRule.TOO_MANY_FIELDS, f"has more than {MOST_FIELDS} fields")]
    form: list[FormField] = []
    faults: list[FormFault] = []
    for number, given in enumerate(value, 1):
        if not isinstance(given, Mapping):
            reason = f"field {number} is not an object with name, label and type"
            faults.append(FormFault(FormRule.NOT_AN_OBJECT, reason))
            continue
        one, wrong = _field(given, language)
        faults += [FormFault(rule, reason, number) for rule, reason in wrong]
        form.append(one)
    names = [one.name for one in form]
    faults += [
        FormFault(FormRule.NAME_TWICE, f'"{name}" is the name of two fields')
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    return tuple(form), faults


def merge_forms(known: Form, more: Form) -> Form:
    """Merge the labels and choices of two files' forms. Raises ValueError if their fields differ."""
    if not known or not more:
        return known or more
    if [(one.name, one.type, one.required) for one in known] != [(one.name, one.type, one.required) for one in more]:
        raise ValueError("asks for other fields than in another file")
    return tuple(
        replace(one, labels={**one.labels, **other.labels}, choices={**one.choices, **other.choices})
        for one, other in zip(known, more, strict=True)
    )


def _field(given: Mapping[Any, object], language: str) -> tuple[FormField, list[tuple[FormRule, str]]]:
    name, kind, required = given.get("name"), given.get("type", "text"), given.get("required", True)
    labels = {code: _line(text, LABEL_LENGTH) for code, text in _by_language(given.get("label"), language)}
    choices = {code: _options(options) for code, options in _by_language(given.get("choices"), language)}
    one = FormField(str(name), cast("FieldType", kind), bool(_YES_OR_NO.get(required, True)), labels, choices)
    wrong = [(FormRule.UNKNOWN_KEY, f'unknown field "{str(key)[:40]}"') for key in given if key not in FIELD_KEYS]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        wrong.append((FormRule.NAME, "name must be a word of small Latin letters, digits and underscores"))
    if required not in _YES_OR_NO:
        wrong.append((FormRule.REQUIRED, "required must be true or false"))
    return one, [*wrong, *_faults(one)]


def _faults(one: FormField) -> Iterator[tuple[FormRule, str]]:
    """Yield what is wrong with the kind and the texts of a field; a text that cannot be stored is empty in it."""
    if one.type not in FIELD_TYPES:
        yield FormRule.TYPE, f"type must be one of {', '.join(FIELD_TYPES)}"
    if not one.labels or not all(one.labels.values()):
        reason = f"label must be a text of at most {LABEL_LENGTH} plain characters, or one for each language"
        yield FormRule.LABEL, reason
    if one.type == "choice" and (not one.choices or not all(one.choices.values())):
        yield FormRule.CHOICES, f"choices must be 2 to {MOST_CHOICES} texts of at most {CHOICE_LENGTH} characters"
    if one.type != "choice" and one.choices:
        yield FormRule.CHOICES_OUT_OF_PLACE, "choices belong to fields of type choice"
    if len({len(options) for options in one.choices.values()}) > 1:
        yield FormRule.CHOICES_UNEQUAL, "choices must be as many in each language"


def _by_language(value: object, language: str) -> Iterable[tuple[str, object]]:
    if value is None:
        return ()
    return ((str(code), text) for code, text in value.items()) if isinstance(value, Mapping) else ((language, value),)


def _line(value: object, longest: int) -> str:
    line = tidy_line(value) if isinstance(value, str) else ""
    return "" if len(line) > longest or unstorable(line) else line


def _options(value: object) -> tuple[str, ...]:
    options = [_line(option, CHOICE_LENGTH) for option in value] if isinstance(value, list) else []
    sound = 2 <= len(options) <= MOST_CHOICES and all(options) and len(set(options)) == len(options)
    return tuple(options) if sound else ()
