"""Forms: the fields that a contact fills in before a question of a category goes to an agent.

A form is a list of fields, in the order in which they are asked. Files define it as `form` of a category; files in
several languages define the same fields, identified by `name`, each with its own labels and choices.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

from knowledge.entries.texts import tidy_line, unstorable

FieldType = Literal["text", "number", "date", "phone", "email", "link", "choice", "file"]
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)
FIELD_KEYS = ("name", "label", "type", "required", "choices")
MOST_FIELDS = 12
MOST_CHOICES = 8
"""Number of button rows that every app can show, minus the navigation buttons."""
LABEL_LENGTH = 200
CHOICE_LENGTH = 40
_YES_OR_NO: dict[object, bool] = {True: True, "true": True, "yes": True, False: False, "false": False, "no": False}
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


def parse_form(value: object, language: str) -> tuple[Form, list[str]]:
    """Parse a file's form; returns it with its errors. Texts without a language are in `language`."""
    if value is None:
        return (), []
    if not isinstance(value, list):
        return (), ["must be a list of fields"]
    if len(value) > MOST_FIELDS:
        return (), [f"has more than {MOST_FIELDS} fields"]
    form, faults = [], []
    for number, given in enumerate(value, 1):
        if not isinstance(given, Mapping):
            faults.append(f"field {number} is not an object with name, label and type")
            continue
        one, wrong = _field(given, language)
        faults += [f"field {number}: {reason}" for reason in wrong]
        form.append(one)
    names = [one.name for one in form]
    faults += [f'"{name}" is the name of two fields' for name in sorted(set(names)) if names.count(name) > 1]
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


def _field(given: Mapping[Any, object], language: str) -> tuple[FormField, list[str]]:
    wrong = [f'unknown field "{str(key)[:40]}"' for key in given if key not in FIELD_KEYS]
    name, kind, required = given.get("name"), given.get("type", "text"), given.get("required", True)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        wrong.append("name must be a word of small Latin letters, digits and underscores")
    if kind not in FIELD_TYPES:
        wrong.append(f"type must be one of {', '.join(FIELD_TYPES)}")
    if required not in _YES_OR_NO:
        wrong.append("required must be true or false")
    labels = {code: _line(text, LABEL_LENGTH) for code, text in _by_language(given.get("label"), language)}
    if not labels or not all(labels.values()):
        wrong.append(f"label must be a text of at most {LABEL_LENGTH} plain characters, or one for each language")
    choices = {code: _options(options) for code, options in _by_language(given.get("choices"), language)}
    if kind == "choice" and (not choices or not all(choices.values())):
        wrong.append(f"choices must be 2 to {MOST_CHOICES} texts of at most {CHOICE_LENGTH} characters")
    if kind != "choice" and choices:
        wrong.append("choices belong to fields of type choice")
    if len({len(options) for options in choices.values()}) > 1:
        wrong.append("choices must be as many in each language")
    return FormField(str(name), cast("FieldType", kind), bool(_YES_OR_NO.get(required, True)), labels, choices), wrong


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
