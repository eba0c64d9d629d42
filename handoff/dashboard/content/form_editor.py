"""The list of a form's fields while an admin edits it: typed texts, which are judged by the rules of files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from infra.wording import mark
from knowledge.entries.forms import (
    CHOICE_LENGTH,
    LABEL_LENGTH,
    MOST_CHOICES,
    MOST_FIELDS,
    FieldType,
    Form,
    FormRule,
    name_field,
    parse_form,
)

KINDS: dict[FieldType, str] = {
    "text": mark("Any words"),
    "number": mark("A number"),
    "date": mark("A date"),
    "phone": mark("A phone number"),
    "email": mark("An e-mail address"),
    "link": mark("A link or account name"),
    "choice": mark("One of some choices"),
    "file": mark("A photo or document"),
}
_FAULTS = {
    FormRule.LABEL: mark("Write what the contact is asked, in at least one language and at most {length} characters."),
    FormRule.CHOICES: mark("Write 2 to {most} different choices of at most {shortest} characters, each on a line."),
    FormRule.CHOICES_UNEQUAL: mark("Write the same number of choices in each language."),
}
_LIMITS = {"length": LABEL_LENGTH, "most": MOST_CHOICES, "shortest": CHOICE_LENGTH}
_TYPED = 2_000
"""Characters of a typed text that are kept."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field as it is typed; its texts are by language, its choices one on each line."""

    name: str = ""
    """Empty until the field is saved for the first time."""
    kind: str = "text"
    required: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)


Rows = tuple[FieldRow, ...]


def rows_of(form: Form) -> Rows:
    """Return the fields of a form as rows."""
    return tuple(
        FieldRow(
            one.name,
            one.type,
            one.required,
            dict(one.labels),
            {code: "\n".join(options) for code, options in one.choices.items()},
        )
        for one in form
    )


def read_rows(text: Callable[[str], str], codes: Sequence[str]) -> Rows | None:
    """Return the rows of a sent page, whose texts `text` returns by name; None if they cannot be of such a page."""
    number = text("count")
    if not (number.isascii() and number.isdecimal() and len(number) <= 2) or int(number) > MOST_FIELDS:
        return None
    rows = tuple(
        FieldRow(
            text(f"name-{place}"),
            text(f"kind-{place}"),
            bool(text(f"required-{place}")),
            {code: text(f"label-{place}-{code}")[:_TYPED] for code in codes},
            {code: text(f"choices-{place}-{code}")[:_TYPED] for code in codes},
        )
        for place in range(int(number))
    )
    return rows if all(row.kind in KINDS for row in rows) else None


def change_rows(rows: Rows, change: str) -> tuple[Rows, int] | None:
    """Return the rows after a change such as `add` or `up-2`, with the place to go on at; None if there is no such."""
    if change == "add":
        return ((*rows, FieldRow()), len(rows)) if len(rows) < MOST_FIELDS else None
    word, _, number = change.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) <= 2) or int(number) >= len(rows):
        return None
    place, others = int(number), list(rows)
    row = others.pop(place)
    if word == "remove":
        return tuple(others), max(0, min(place, len(others) - 1))
    if word not in {"up", "down"}:
        return None
    to = min(max(0, place + (1 if word == "down" else -1)), len(others))
    others.insert(to, row)
    return tuple(others), to


def parse_rows(rows: Rows) -> tuple[Form, dict[int, str]]:
    """Return the form, and the sentence about each row in error by its place; sentences are translated by the page."""
    kept, names = {row.name for row in rows if row.name}, set[str]()
    given = []
    for row in rows:
        labels = {code: text for code, text in row.labels.items() if text.strip()}
        name = name_field(row.name, next(iter(labels.values()), ""), names if row.name else names | kept)
        names.add(name)
        one: dict[str, object] = {"name": name, "label": labels, "type": row.kind, "required": row.required}
        if row.kind == "choice":
            one["choices"] = {code: options for code, text in row.choices.items() if (options := _lines(text))}
        given.append(one)
    form, faults = parse_form(given, "")
    sentences: dict[int, str] = {}
    for fault in faults:
        sentences.setdefault((fault.field or 1) - 1, _FAULTS.get(fault.rule, _FAULTS[FormRule.LABEL]))
    return form, sentences


def fault_values() -> Mapping[str, int]:
    """Return the limits that the sentences of `parse_rows` name."""
    return _LIMITS


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
