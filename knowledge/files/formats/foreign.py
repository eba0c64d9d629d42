"""Recognition of other programs' files, with a message that names the expected formats."""

import io
import re
import zipfile
from collections.abc import Mapping

from knowledge.files.formats.rows import Format

_BEGINNINGS = (
    (b"%PDF", "is a PDF: {wanted}"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Word file: {sheet}"),
    (b"{\\rtf", "is an RTF document: {wanted}"),
    (b"\x89PNG", "is a picture: {wanted}"),
    (b"\xff\xd8\xff", "is a picture: {wanted}"),
    (b"GIF8", "is a picture: {wanted}"),
    (b"RIFF", "is a picture or a recording: {wanted}"),
    (b"\x1f\x8b", "is a gzip archive: unpack it first, then {wanted}"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it first, then {wanted}"),
    (b"Rar!", "is a RAR archive: unpack it first, then {wanted}"),
    (b"SQLite format 3", "is a SQLite database: {wanted}"),
)
_PACKED = (
    ("xl/", "is an Excel workbook: {sheet}"),
    ("word/", "is a Word document: {wanted}"),
    ("content.xml", "is an OpenDocument file: {sheet}"),
)
_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml")


_SHEET = "save it as CSV UTF-8, with the names of the fields in the first row"


def advise_saving(formats: Mapping[str, Format]) -> str:
    """Return what to do with a file that none of the formats reads, with an example."""
    *others, last = dict.fromkeys(form.title for form in formats.values())
    example = formats.get(".csv") or next(iter(formats.values()))
    titles = f"{', '.join(others)} or {last}" if others else last
    return f"save it as {titles}, for example {example.title}: {example.example}"


def recognise(data: bytes, formats: Mapping[str, Format]) -> str | None:
    """Return the message about a file of another program that none of the formats reads; None for other files."""
    found = _recognise(data)
    if found is None:
        return None
    sheet = _SHEET + (f", for example: {formats['.csv'].example}" if ".csv" in formats else "")
    return found.format(wanted=advise_saving(formats), sheet=sheet)


def _recognise(data: bytes) -> str | None:
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    for beginning, reason in _BEGINNINGS:
        if data.startswith(beginning):
            return reason
    start = data.removeprefix(b"\xef\xbb\xbf")[:200]
    if _PAGE.match(start):
        return "is an HTML page: {wanted}"
    return "is XML: {wanted}" if _XML.match(start) else None


def _packed(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        names = []
    for beginning, reason in _PACKED:
        if any(name.startswith(beginning) for name in names):
            return reason
    return "is a ZIP archive: unpack it first, then {wanted}"
