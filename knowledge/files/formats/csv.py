"""CSV: one entry per row under a header row, as spreadsheets save it. Rows are counted as spreadsheets do.

Alternative phrasings share one cell, one per line or separated by `|`; a cell with only `;` is ambiguous and reported.
A cell that a spreadsheet would take for a formula is written with a leading apostrophe, which is removed on reading.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from knowledge.entries.drafts import Draft
from knowledge.entries.problems import Problem, did_you_mean
from knowledge.files.formats.rows import (
    ENTRY_FIELDS,
    MOST_ENTRIES,
    TOO_MANY,
    Block,
    Format,
    Sheet,
    UnreadableError,
    plain_entries,
)

_EXAMPLE = "question,answer⏎How do I sign in?,Press Sign in."
_ONE_OR_SEVERAL = (
    "is this one phrasing with a semicolon or several? Put | between several, or | behind a single one:"
    " nothing is guessed"
)
_SWALLOWED = (
    "a quote opens here and closes lines later, and what is between looks like rows: close the quote in its own row, "
    "or put a space behind the separators where it is one text"
)
_MOST_CELLS = 100
_MOST_RESTARTS = 20
_DELIMITERS = (",", ";", "\t")
_TOLD = re.compile(r'"?sep=([^\w\s"\']|\t)"?[,;\t]*(?:\r\n|\n|\r)', re.IGNORECASE)
_ESCAPE = re.compile("'*[=+\\-@\t\r]")
_ESCAPED = re.compile("'+[=+\\-@\t\r]")
# The library's default limit is 128 KiB per cell; the size of the whole file is limited elsewhere.
csv.field_size_limit(8 * 1024 * 1024)


def read(name: str, text: str) -> Sheet:
    sheet = Sheet()
    delimiter, text = _delimiter(text)
    names: list[str] = []
    for number, row in enumerate(_rows(text, delimiter), 1):
        if isinstance(row, csv.Error):
            reason = f"a quoted cell is broken ({row})"
            if not names or len(sheet.problems) == MOST_ENTRIES:
                raise UnreadableError(reason, number)
            sheet.problems.append(Problem(name, number, None, reason))
            continue
        if len(row) > _MOST_CELLS or len(sheet.entries) == MOST_ENTRIES:
            raise UnreadableError("has too many cells" if len(row) > _MOST_CELLS else TOO_MANY, number)
        cells = [_unescaped(cell) for cell in row]
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _header(sheet, name, cells, number)
        else:
            if any(_holds_rows(cell, delimiter, len(names)) for cell in row):
                sheet.problems.append(Problem(name, number, None, _SWALLOWED))
            sheet.entries.append(_entry(sheet, name, number, names, cells))
    return sheet


def write(draft: Draft) -> bytes:
    file = io.StringIO(newline="")
    # With semicolons and a byte order mark, Russian and Hungarian Excel opens the file as a table without a dialog.
    writer = csv.writer(file, delimiter=";")
    writer.writerow(ENTRY_FIELDS)
    for entry in plain_entries(draft):
        entry["alternatives"] = _cell(entry["alternatives"])
        writer.writerow([_escaped(str(entry.get(name, ""))) for name in ENTRY_FIELDS])
    return file.getvalue().encode("utf-8-sig")


def _rows(text: str, delimiter: str) -> Iterator[list[str] | csv.Error]:
    """Yield each row, or its error.

    After a broken row reading continues with the next line. An unclosed quote breaks the row where it opens; the
    following lines are read again as rows, at most 20 times per file.
    """
    lines = list(io.StringIO(text, newline=""))
    begin = 0
    for _ in range(_MOST_RESTARTS + 1):
        rows = csv.reader(islice(lines, begin, None), delimiter=delimiter, strict=True)
        start = 0
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield error
                if begin + rows.line_num >= len(lines):
                    break
            else:
                yield row
            start = rows.line_num
        begin += start + 1


def _delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter, and the text without a line `sep=;`, which is meant for Excel and not shown by it."""
    if told := _TOLD.match(text):
        return told.group(1), text[told.end() :]
    first = text[:10_000].split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda delimiter: len(_known(first, delimiter))), text


def _known(line: str, delimiter: str) -> set[str]:
    return {cell.strip(' "\r').lower() for cell in line.split(delimiter)} & set(ENTRY_FIELDS)


def _holds_rows(cell: str, delimiter: str, width: int) -> bool:
    """Return whether a quote seems to be opened by mistake: each line within the cell has the cells of a row.

    Commas in prose are followed by a space, and no cell of a row begins with one.
    """
    _, *lines = cell.splitlines()[:_MOST_CELLS] or [""]
    whole = lines[:-1] or lines
    rows = [line.split(delimiter) for line in whole if line.strip()]
    return width > 1 and bool(rows) and all(len(row) == width and _is_packed(row) for row in rows)


def _is_packed(row: list[str]) -> bool:
    return sum(bool(cell) for cell in row) > 1 and not any(cell.startswith(" ") for cell in row)


def _header(sheet: Sheet, name: str, cells: list[str], number: int) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if "question" not in names:
        raise UnreadableError(
            f"the first row must name the fields, at least question; known: {', '.join(ENTRY_FIELDS)}; "
            f"for example: {_EXAMPLE}",
            number,
        )
    for place, cell in enumerate(names):
        if cell and cell not in ENTRY_FIELDS:
            reason = f'unknown field "{cell}"' + did_you_mean(cell, ENTRY_FIELDS)
            sheet.problems.append(Problem(name, number, None, reason))
        elif cell and cell in names[:place]:
            sheet.problems.append(Problem(name, number, cell, "is given twice"))
    return names


def _entry(sheet: Sheet, name: str, number: int, names: list[str], cells: list[str]) -> Block:
    if any(cell.strip() for cell in cells[len(names) :]):
        sheet.problems.append(
            Problem(name, number, None, "has more cells than the header: quote a cell with separators")
        )
    fields: dict[str, object] = {}
    for field, cell in reversed(list(zip(names, cells, strict=False))):  # the first of duplicate fields wins
        if field == "alternatives":
            if ";" in cell and "|" not in cell and "\n" not in cell:
                sheet.problems.append(Problem(name, number, field, _ONE_OR_SEVERAL))
            fields[field] = re.split(r"[\r\n]" if "\n" in cell else r"[|\r]", cell)
        elif field in ENTRY_FIELDS:
            fields[field] = cell or None
    return Block(tuple(fields.items()), number)


def _cell(alternatives: object) -> str:
    lines = [str(text) for text in alternatives] if isinstance(alternatives, list) else []
    # In a cell with line breaks, `|` and `;` are ordinary characters.
    return "\n".join(lines) + ("\n" if len(lines) == 1 and ("|" in lines[0] or ";" in lines[0]) else "")


def _escaped(cell: str) -> str:
    return "'" + cell if _ESCAPE.match(cell) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell


CSV = Format("CSV", _EXAMPLE, read, write)
