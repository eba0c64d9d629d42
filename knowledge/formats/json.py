"""JSON (an object with `categories` and `entries`, or a plain list of entries) and JSON Lines (one entry a line).

Rows are the number of the entry in JSON, the line in JSON Lines.
"""

import io
import json

from knowledge.drafts import Draft
from knowledge.formats.foreign import EXAMPLES
from knowledge.formats.rows import (
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
from knowledge.problems import Problem

_MOST_BRACKETS = 200_000


def read(name: str, text: str) -> Sheet:
    # Counted before parsing: an empty list costs 2 bytes in the file and 56 in memory.
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        raise UnreadableError("holds too many values")
    return sheet_of(name, _parse(text))


def write(draft: Draft) -> bytes:
    document = {"categories": plain_categories(draft), "entries": plain_entries(draft)}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def read_lines(name: str, text: str) -> Sheet:
    sheet = Sheet()
    # Lines end at LF alone: JSON may hold U+2028 and its like within a text.
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
        raise UnreadableError(f"no line is an entry of its own: write for example {EXAMPLES['.jsonl']}")
    return sheet


def write_lines(draft: Draft) -> bytes:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in plain_entries(draft)).encode()


def _parse(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=Block)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not JSON: {error.msg} (column {error.colno})", error.lineno) from error
    except RecursionError as error:
        raise UnreadableError("is nested too deeply") from error
    except ValueError as error:
        raise UnreadableError("is not JSON: a number is too long") from error


JSON = Format(read, write)
JSON_LINES = Format(read_lines, write_lines)
