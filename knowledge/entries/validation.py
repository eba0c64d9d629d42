"""What the validation of files and of edits shares: the wordings of an entry, and a problem at its place."""

from collections.abc import Iterable

from knowledge.entries.drafts import EntryDraft, Origin
from knowledge.entries.problems import Problem


def problem(entry: EntryDraft, name: str | None, reason: str) -> Problem:
    """A problem at the place where `entry` stands."""
    origin = entry.origin or Origin("", None)
    return Problem(origin.file, origin.row, name, reason)


def phrasings(entry: EntryDraft) -> Iterable[tuple[str, str]]:
    """(field, text) of every wording that leads to `entry`; none for an archived one."""
    if entry.status != "archived" and entry.question:
        yield "question", entry.question
        yield from (("alternatives", text) for text in entry.alternatives)
