"""Helpers for validating files and edits: the phrasings of an entry, and a problem with its position."""

from collections.abc import Iterable

from knowledge.entries.drafts import EntryDraft, FilePosition
from knowledge.entries.problems import Problem


def problem(entry: EntryDraft, name: str | None, reason: str) -> Problem:
    """Return a problem at the position of `entry`."""
    origin = entry.origin or FilePosition("", None)
    return Problem(origin.file, origin.row, name, reason)


def phrasings(entry: EntryDraft) -> Iterable[tuple[str, str]]:
    """Yield (field, text) of every phrasing of `entry`; none for an archived one."""
    if entry.status != "archived" and entry.question:
        yield "question", entry.question
        yield from (("alternatives", text) for text in entry.alternatives)
