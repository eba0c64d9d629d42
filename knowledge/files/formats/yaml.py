"""YAML: the format for writing by hand.

Only a plain subset is read: every scalar is text (so `no` is a word and 007 keeps its zeros). Anchors, aliases and
tags are refused, so a small file cannot expand into a large one. Rows are line numbers.
"""

import re
from collections.abc import Iterator

import yaml
from yaml import Event, events

from knowledge.entries.drafts import Draft
from knowledge.entries.problems import Problem
from knowledge.files.formats.rows import (
    Block,
    Format,
    Sheet,
    UnreadableError,
    plain_categories,
    plain_entries,
    sheet_of,
)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = {"", "~", "null", "Null", "NULL"}
_DEPTH = 8
_VALUES = 600_000
_MOST_FAULTS = 50
_ITEM = re.compile(r"([ ]*)- ")
_QUOTE_IT = "put the whole text in quotation marks, or write | behind the name and the text in the next line, indented"
_SCALAR = re.compile(r"[ ]*(?:- )?[ ]*\w+:[ ]+(.)")
_BLOCK_WEIGHT = 10  # a mapping costs about as much memory as ten texts


def read(name: str, text: str) -> Sheet:
    try:
        return sheet_of(name, _Document(text).value())
    except yaml.MarkedYAMLError as error:
        return Sheet(problems=_faults(name, text, error))
    except yaml.reader.ReaderError as error:
        row = text.count("\n", 0, error.position) + 1
        raise UnreadableError("holds control characters or broken Unicode", row) from error


def _faults(name: str, text: str, error: yaml.MarkedYAMLError) -> list[Problem]:
    """Return the problem at `error` and those of the list items after it: one per item, at most 50."""
    lines = text.split("\n")
    place = _place(error)
    faults = [_fault(name, lines, place, error)]
    while place is not None and len(faults) < _MOST_FAULTS:
        items = [_ITEM.match(line) for line in lines[: place + 1]]
        indent = next((len(item[1]) for item in reversed(items) if item), None)
        begin = next((n for n in range(place + 1, len(lines)) if _starts_item(lines[n], indent)), None)
        if begin is None:
            break
        end = next((n for n in range(begin, len(lines)) if _leaves_list(lines[n], indent)), len(lines))
        try:
            for _ in yaml.parse("\n".join(lines[begin:end]), Loader=_Loader):
                pass
            break
        except yaml.MarkedYAMLError as next_error:
            found = _place(next_error)
            place = None if found is None else found + begin
            faults.append(_fault(name, lines, place, next_error))
        except yaml.YAMLError:
            break
    return faults


def _starts_item(line: str, indent: int | None) -> bool:
    item = _ITEM.match(line)
    return item is not None and len(item[1]) == indent


def _leaves_list(line: str, indent: int | None) -> bool:
    begins = line.lstrip(" ")
    return bool(line.strip()) and not begins.startswith("\t") and len(line) - len(begins) < (indent or 0)


def _place(error: yaml.MarkedYAMLError) -> int | None:
    """Return the line of `error`, counted from 0: the start of an unclosed quoted text, else where reading stopped."""
    begins = error.context_mark if error.context and "quoted scalar" in error.context else None
    mark = begins or error.problem_mark or error.context_mark
    return mark.line if mark else None


def _fault(name: str, lines: list[str], place: int | None, error: yaml.MarkedYAMLError) -> Problem:
    reason = f"is not YAML: {error.problem or error.context}"
    if place is None or place >= len(lines):
        return Problem(name, None if place is None else place + 1, None, reason)
    remedy = _remedy(lines[place], error)
    return Problem(name, place + 1, None, f"{reason}: {remedy}" if remedy else reason)


def _remedy(line: str, error: yaml.MarkedYAMLError) -> str:
    """Return what to change in `line`; "" if that is unclear."""
    found = _SCALAR.match(line)
    start = found[1] if found else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces instead of tabs"
    if start in set("*&!%@`") or (": " in line[found.start(1) :] if found and start not in set("[{\"'") else False):
        return _QUOTE_IT
    if start in {'"', "'"}:
        if "escape" in (error.problem or ""):
            return "write a backslash twice, or use single quotation marks"
        return f"the {start} that opens the text must close it at its end, and stand nowhere else in it"
    return "fields of one entry begin in the same column" if found else ""


def write(draft: Draft) -> bytes:
    document = {"categories": plain_categories(draft), "entries": plain_entries(draft)}
    return yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, encoding="utf-8", indent=2
    )


class _Document:
    """Builds values directly from the parser's events."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = iter(yaml.parse(text, Loader=_Loader))
        self._left = _VALUES

    def value(self) -> object:
        """Return the only document of the file; None for an empty file."""
        self._next()
        event = self._next()
        if isinstance(event, events.StreamEndEvent):
            return None
        document = self._build(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, events.StreamEndEvent):
            raise UnreadableError("holds more than one document (---)", _row(event))
        return document

    def _next(self) -> Event:
        return next(self._events)

    def _build(self, event: Event, depth: int) -> object:
        row = _row(event)
        if isinstance(event, events.AliasEvent) or event.anchor is not None:  # type: ignore[attr-defined]
            raise UnreadableError("anchors and aliases (& and *) are not read: write the text out", row)
        if event.tag is not None:  # type: ignore[attr-defined]
            raise UnreadableError("tags (!) are not read", row)
        self._left -= _BLOCK_WEIGHT if isinstance(event, events.MappingStartEvent) else 1
        if depth > _DEPTH or self._left < 0:
            raise UnreadableError("is nested too deeply" if depth > _DEPTH else "holds too many values", row)
        if isinstance(event, events.ScalarEvent):
            return None if event.implicit[0] and event.value in _NOTHING else event.value
        return self._list(depth) if isinstance(event, events.SequenceStartEvent) else self._block(row, depth)

    def _list(self, depth: int) -> list[object]:
        items = []
        while not isinstance(event := self._next(), events.SequenceEndEvent):
            items.append(self._build(event, depth + 1))
        return items

    def _block(self, row: int | None, depth: int) -> Block:
        fields: list[tuple[str, object]] = []
        while not isinstance(event := self._next(), events.MappingEndEvent):
            if not isinstance(event, events.ScalarEvent):
                raise UnreadableError("the name of a field must be a word", _row(event))
            fields.append((event.value, self._build(self._next(), depth + 1)))
        return Block(fields, row)


def _row(event: Event) -> int | None:
    return event.start_mark.line + 1 if event.start_mark else None


class _Dumper(yaml.SafeDumper):
    """Writes multi-line texts as blocks, and list items indented under their field."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's own signature
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)

YAML = Format("YAML", '- {question: "How do I sign in?", answer: "Press Sign in."}', read, write)
