"""YAML: the format to write by hand.

Only its plain part is read: every scalar is text (so `no` is a word and 007 keeps its zeros), no anchors, aliases or
tags, which keeps a small file from becoming a large one. Rows are line numbers.
"""

from collections.abc import Iterator

import yaml
from yaml import Event, events

from knowledge.drafts import Draft
from knowledge.formats.rows import (
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
_BLOCK_WEIGHT = 10  # a mapping costs about as much memory as ten texts


def read(name: str, text: str) -> Sheet:
    try:
        return sheet_of(name, _Document(text).value())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(
            f"is not YAML: {error.problem or error.context}", mark.line + 1 if mark else None
        ) from error
    except yaml.reader.ReaderError as error:
        row = text.count("\n", 0, error.position) + 1
        raise UnreadableError("holds control characters or broken Unicode", row) from error


def write(draft: Draft) -> bytes:
    document = {"categories": plain_categories(draft), "entries": plain_entries(draft)}
    return yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, encoding="utf-8", indent=2
    )


class _Document:
    """Values built straight from the parser's events."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = iter(yaml.parse(text, Loader=_Loader))
        self._left = _VALUES

    def value(self) -> object:
        """The one document of the file; None for an empty file."""
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
    """Texts of several lines as blocks, and list items indented under their field."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's own signature
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)

YAML = Format(read, write)
