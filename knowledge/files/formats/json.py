"""JSON (an object with `categories` and `entries`, or a plain list of entries) and JSON Lines (one entry per line).

Rows are entry numbers in JSON and line numbers in JSON Lines.
"""

import io
import json
import re
from collections.abc import Iterator
from json import JSONDecodeError

from knowledge.entries.drafts import Draft
from knowledge.entries.problems import Problem
from knowledge.files.formats.rows import (
    EXAMPLE,
    MOST_ENTRIES,
    TOO_MANY,
    Block,
    Format,
    Sheet,
    UnreadableError,
    plain_categories,
    plain_entries,
    sheet_of,
)

_EXAMPLE_LINE = '{"question": "How do I sign in?", "answer": "Press Sign in."}'
_MOST_BRACKETS = 200_000
_MOST_FAULTS = 50
_OBJECT = re.compile(r"\{\s*(?=[\"'“”«}\w])")
_SAVED_OTHERWISE = "None, True and NaN are no JSON: write null, true or a text in quotes"


def read(name: str, text: str) -> Sheet:
    # Counted before parsing: an empty list costs 2 bytes in the file and 56 in memory.
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        raise UnreadableError("holds too many values")
    try:
        return sheet_of(name, _parse(text))
    except UnreadableError as error:
        if not isinstance(error.__cause__, JSONDecodeError):
            raise
        faults = [Problem(name, fault.lineno, None, _reason(fault)) for fault in _faults(text, error.__cause__)]
        return Sheet(problems=faults)


def write(draft: Draft) -> bytes:
    document = {"categories": plain_categories(draft), "entries": plain_entries(draft)}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def read_lines(name: str, text: str) -> Sheet:
    sheet = Sheet()
    # Lines end only at LF: JSON texts may contain U+2028 and the like.
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        if not line.strip():
            continue
        if len(sheet.entries) == MOST_ENTRIES:
            raise UnreadableError(TOO_MANY, number)
        try:
            block = _parse(line)
        except UnreadableError as error:
            sheet.problems.append(Problem(name, number, None, error.reason))
            continue
        if isinstance(block, Block):
            block.row = number
            sheet.entries.append(block)
        else:
            sheet.problems.append(Problem(name, number, None, "is not an object with fields"))
    if len(sheet.problems) > 1 and not sheet.entries:
        raise UnreadableError(f"no line is an entry of its own: write for example {_EXAMPLE_LINE}")
    return sheet


def write_lines(draft: Draft) -> bytes:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in plain_entries(draft)).encode()


def _parse(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=Block)
    except json.JSONDecodeError as error:
        raise UnreadableError(_reason(error), error.lineno) from error
    except RecursionError as error:
        raise UnreadableError("is nested too deeply") from error
    except ValueError as error:
        raise UnreadableError("is not JSON: a number is too long") from error


def _faults(text: str, first: JSONDecodeError) -> Iterator[JSONDecodeError]:
    """Yield `first` and the errors of the objects that start after it: one per object, at most 50."""
    decoder = json.JSONDecoder()
    yield first
    if first.msg == "Extra data":
        return
    place, rows = first.pos, {first.lineno}
    while len(rows) < _MOST_FAULTS and (found := _OBJECT.search(text, place)):
        try:
            _, place = decoder.raw_decode(text, found.start())
        except JSONDecodeError as fault:
            place = max(fault.pos, found.end())
            if fault.lineno not in rows:
                rows.add(fault.lineno)
                yield fault
        except (RecursionError, ValueError):
            return


def _reason(fault: JSONDecodeError) -> str:
    remedy = _remedy(fault)
    return f"is not JSON: {fault.msg} (column {fault.colno})" + (f": {remedy}" if remedy else "")


def _remedy(fault: JSONDecodeError) -> str:
    """Return what to change at the position of `fault`; "" if that is unclear."""
    here = fault.doc[fault.pos : fault.pos + 4]
    before = fault.doc[: fault.pos].rstrip()[-1:]
    if fault.msg == "Extra data":
        return "several values in one file: put them into one list, [ and ] around them and commas between"
    if fault.msg.startswith("Invalid control character"):
        return "a line break within a text is written \\n, a tab \\t; or a quotation mark is absent before"
    if fault.msg.startswith("Invalid \\"):
        return "a backslash in a text is written twice"
    if fault.msg.startswith("Unterminated string"):
        return 'the text that begins here has no closing "'
    if fault.msg.startswith("Illegal trailing comma"):
        return "take away the comma before ] or }"
    if here[:1] in set("'‘’“”„«»"):
        return 'texts and names stand in straight quotation marks, "so"'
    if here.startswith(("//", "/*", "#")):
        return "comments are not read: take them away"
    if before == "," and here[:1] in {"]", "}"}:
        return "take away the comma before ] or }"
    if not here:
        return "the file ends too early: was it cut off?"
    if fault.msg.startswith("Expecting ','"):
        return 'put a comma here, or \\ before a " that belongs to the text'
    if here.startswith(("None", "True", "Fals", "unde")):
        return _SAVED_OTHERWISE
    return "a text stands in quotation marks" if here[:1].isalpha() else ""


JSON = Format("JSON", EXAMPLE, read, write)
JSON_LINES = Format("JSON Lines", _EXAMPLE_LINE, read_lines, write_lines)
