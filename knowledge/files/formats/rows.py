"""The common result of all formats: named fields with their positions. Values are not validated here."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from knowledge.entries.drafts import Draft
from knowledge.entries.forms import form_fields
from knowledge.entries.problems import Problem, did_you_mean
from knowledge.entries.targets import format_target
from knowledge.files.formats.html import escape

ENTRY_FIELDS = ("id", "lang", "category", "question", "alternatives", "answer", "handoff", "status")
CATEGORY_FIELDS = ("key", "title", "handoff", "first_answer", "next_answer", "form")
MOST_ENTRIES = 20_000
TOO_MANY = f"more than {MOST_ENTRIES} entries in one load"
EXAMPLE = '[{"question": "How do I sign in?", "answer": "Press Sign in."}]'
"""A list of entries, in the notation of JSON."""
_MOST_FIELDS = 50


class UnreadableError(Exception):
    """The file cannot be read beyond `row`."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row


class Block(dict[str, object]):
    """The fields of one entry or category: text, number, list, mapping or None; `twice` names duplicate fields."""

    def __init__(self, fields: Sequence[tuple[str, object]] = (), row: int | None = None) -> None:
        if len(fields) > _MOST_FIELDS:
            raise UnreadableError("an object has too many fields", row)
        super().__init__(fields)
        self.row = row
        counts = Counter(name for name, _ in fields)
        self.twice = tuple(name for name, count in counts.items() if count > 1)


@dataclass(slots=True)
class Sheet:
    """The contents of one file: its blocks, and the errors that prevented reading the rest."""

    entries: list[Block] = field(default_factory=list)
    categories: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Format:
    """One file format. `read(name, text)` raises only `UnreadableError`; `write` keeps every field."""

    title: str
    """What people call it."""
    example: str
    """A minimal file, for error messages; ⏎ is the end of a line."""
    read: Callable[[str, str], Sheet]
    write: Callable[[Draft], bytes]


def sheet_of(name: str, document: object) -> Sheet:
    """Return the blocks of a document: an object with `categories` and `entries`, or a plain list of entries."""
    sheet = Sheet()
    if isinstance(document, Block):
        if document and not {"categories", "entries"} & set(document):
            found = ", ".join(name[:40] for name in list(document)[:5])
            raise UnreadableError(f"has neither `entries` nor `categories`, but {found}; write for example {EXAMPLE}")
        for key, value in document.items():
            if key not in {"categories", "entries"}:
                reason = f'unknown field "{key[:40]}"' + did_you_mean(key[:40], ("categories", "entries"))
                sheet.problems.append(Problem(name, document.row, None, reason))
            elif value is not None and not isinstance(value, list):
                sheet.problems.append(Problem(name, document.row, key, "must be a list"))
        sheet.problems += [Problem(name, document.row, key, "is given twice") for key in document.twice]
        sheet.entries = list(_blocks(sheet, name, "entries", document.get("entries")))
        sheet.categories = list(_blocks(sheet, name, "categories", document.get("categories")))
    elif isinstance(document, list):
        sheet.entries = list(_blocks(sheet, name, "entries", document))
    elif document is not None:
        raise UnreadableError(
            f"holds neither a list of entries nor an object with `entries`: write for example {EXAMPLE}"
        )
    return sheet


def refuse_foreign(sheet: Sheet, example: str) -> None:
    """Raise UnreadableError for another tool's file: no entry has a question, but other fields exist."""
    names = dict.fromkeys(name for block in sheet.entries for name in block)
    unknown = [name[:40] for name in names if name not in ENTRY_FIELDS]
    if unknown and "question" not in names:
        raise UnreadableError(
            f"no entry has the field question, but {', '.join(unknown[:5])}: fields are {', '.join(ENTRY_FIELDS)}; "
            f"write for example {example}"
        )


def _blocks(sheet: Sheet, name: str, field_name: str, items: object) -> Iterable[Block]:
    items = items if isinstance(items, list) else []
    if len(items) > MOST_ENTRIES:
        raise UnreadableError(TOO_MANY)
    if items and not any(isinstance(item, Block) for item in items):
        raise UnreadableError(f"{field_name} are no objects with fields: write for example {EXAMPLE}")
    for number, item in enumerate(items, 1):
        if isinstance(item, Block):
            item.row = item.row or number
            yield item
        else:
            sheet.problems.append(Problem(name, None, field_name, f"item {number} is not an object with fields"))


def plain_entries(draft: Draft) -> list[dict[str, object]]:
    """Return the entries as fields to write, in documented order, without empty fields."""
    return [
        {
            name: value
            for name, value in (
                ("id", entry.key),
                ("lang", entry.lang),
                ("category", entry.category),
                ("question", entry.question),
                ("alternatives", list(entry.alternatives)),
                ("answer", escape(entry.answer)),
                ("handoff", entry.handoff),
                ("status", None if entry.status == "published" else entry.status),
            )
            if value is not None
        }
        for entry in draft.entries
    ]


def plain_categories(draft: Draft) -> list[dict[str, object]]:
    """Return the categories as fields to write."""
    return [
        {"key": category.key, "title": dict(category.titles), "handoff": category.handoff or "allowed"}
        | {
            name: format_target(minutes)
            for name, minutes in (
                ("first_answer", category.targets.first),
                ("next_answer", category.targets.following),
            )
            if minutes is not None
        }
        | ({"form": form_fields(category.form)} if category.form else {})
        for category in draft.categories
    ]
