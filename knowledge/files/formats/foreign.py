"""Recognition of other programs' files, with a message that names the expected formats."""

import io
import re
import zipfile

EXAMPLES = {
    ".yaml": '- {question: "How do I sign in?", answer: "Press Sign in."}',
    ".json": '[{"question": "How do I sign in?", "answer": "Press Sign in."}]',
    ".jsonl": '{"question": "How do I sign in?", "answer": "Press Sign in."}',
    ".csv": "question,answer⏎How do I sign in?,Press Sign in.",
}
"""A minimal file of each format; ⏎ is the end of a line."""

WANTED = f"save it as YAML, JSON, JSON Lines or CSV, for example CSV: {EXAMPLES['.csv']}"
_SHEET = f"save it as CSV UTF-8, with the names of the fields in the first row, for example: {EXAMPLES['.csv']}"
_BEGINNINGS = (
    (b"%PDF", f"is a PDF: {WANTED}"),
    (b"\xd0\xcf\x11\xe0", f"is an old Excel or Word file: {_SHEET}"),
    (b"{\\rtf", f"is an RTF document: {WANTED}"),
    (b"\x89PNG", f"is a picture: {WANTED}"),
    (b"\xff\xd8\xff", f"is a picture: {WANTED}"),
    (b"GIF8", f"is a picture: {WANTED}"),
    (b"RIFF", f"is a picture or a recording: {WANTED}"),
    (b"\x1f\x8b", f"is a gzip archive: unpack it first, then {WANTED}"),
    (b"7z\xbc\xaf", f"is a 7z archive: unpack it first, then {WANTED}"),
    (b"Rar!", f"is a RAR archive: unpack it first, then {WANTED}"),
    (b"SQLite format 3", f"is a SQLite database: {WANTED}"),
)
_PACKED = (
    ("xl/", f"is an Excel workbook: {_SHEET}"),
    ("word/", f"is a Word document: {WANTED}"),
    ("content.xml", f"is an OpenDocument file: {_SHEET}"),
)
_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml")


def recognise(data: bytes) -> str | None:
    """Return the message about a file of another program that none of our formats reads; None for other files."""
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    for beginning, reason in _BEGINNINGS:
        if data.startswith(beginning):
            return reason
    start = data.removeprefix(b"\xef\xbb\xbf")[:200]
    if _PAGE.match(start):
        return f"is an HTML page: {WANTED}"
    return f"is XML: {WANTED}" if _XML.match(start) else None


def _packed(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        names = []
    for beginning, reason in _PACKED:
        if any(name.startswith(beginning) for name in names):
            return reason
    return f"is a ZIP archive: unpack it first, then {WANTED}"
