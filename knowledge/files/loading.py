"""Import and export of knowledge files.

`read_files` → `plan` → `apply`: read and validate everything, compute the changes, apply them in one transaction. A
load is never applied in part. `export` writes files that load without any change, in each format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy.orm import Session

from infra.errors import PlainError
from knowledge.entries.drafts import Draft
from knowledge.entries.problems import KnowledgeError, Problem
from knowledge.entries.stored_drafts import stored_draft
from knowledge.files.formats import FORMATS, NAMES
from knowledge.files.formats.encodings import decode
from knowledge.files.formats.foreign import advise_saving, recognise
from knowledge.files.formats.rows import MOST_ENTRIES, TOO_MANY, Format, Sheet, UnreadableError, refuse_foreign
from knowledge.files.planning import Plan, PlanChangedError, PlannedCategory, PlannedEntry, apply, plan
from knowledge.files.validation import FileValidator

__all__ = [
    "KnowledgeError",
    "Plan",
    "PlanChangedError",
    "PlannedCategory",
    "PlannedEntry",
    "Problem",
    "Reading",
    "SourceFile",
    "apply",
    "export",
    "plan",
    "read",
    "read_files",
]


NO_ENTRIES = "has no entries, and a load of nothing would archive everything: give it at least one"
MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An input file: its name determines the format and appears in messages."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """The draft that was read, and `notes` for the person who loads it: one sentence each."""

    draft: Draft
    notes: tuple[str, ...] = ()


def read_files(
    files: Sequence[SourceFile], *, default_language: str = "ru", formats: Mapping[str, Format] = FORMATS
) -> Draft:
    """Return only the draft of `read`."""
    return read(files, default_language=default_language, formats=formats).draft


def read(
    files: Sequence[SourceFile],
    *,
    default_language: str = "ru",
    encoding: str | None = None,
    formats: Mapping[str, Format] = FORMATS,
) -> Reading:
    """Read `files` as one knowledge base. `encoding` is that of the files that are not in Unicode.

    Raises:
            KnowledgeError: with every problem of every file, from top to bottom (reading stops at 10,000). The limits
                for all files together are 5 MiB and 20,000 entries.
    """
    if sum(len(file.data) for file in files) > MOST_BYTES:
        raise KnowledgeError([Problem(file.name, None, None, "more than 5 MiB in one load") for file in files])
    judge = FileValidator(default_language)
    notes: list[str] = []
    entries = 0
    for file in files:
        ending = PurePath(file.name).suffix.lower()
        form = formats.get(ending)
        foreign = recognise(file.data, formats)
        if form is None or foreign:
            judge.problems.append(
                Problem(file.name, None, None, foreign or f"is none of {', '.join(formats)}: {advise_saving(formats)}")
            )
            continue
        try:
            decoded = decode(file.data, encoding)
            sheet = form.read(file.name, decoded.text) if decoded.text.strip() else Sheet()
            refuse_foreign(sheet, form.example)
        except UnreadableError as error:
            judge.problems.append(Problem(file.name, error.row, None, error.reason))
            continue
        entries += len(sheet.entries)
        if entries > MOST_ENTRIES:
            raise KnowledgeError([Problem(file.name, None, None, TOO_MANY)])
        if not (sheet.entries or sheet.categories or sheet.problems):
            # A file without entries is a mistake: loading it would archive everything.
            judge.problems.append(Problem(file.name, None, None, NO_ENTRIES if decoded.text.strip() else "is empty"))
        if decoded.encoding != "utf-8":
            notes.append(f"{file.name}: read as {decoded.encoding}")
        judge.add(file.name, sheet)
        if judge.enough:
            break
    draft = judge.draft()
    if not (draft.entries or judge.problems):
        judge.problems += [Problem(file.name, None, None, NO_ENTRIES) for file in files]
    if judge.problems:
        places = {file.name: place for place, file in reversed(list(enumerate(files)))}
        raise KnowledgeError(sorted(judge.problems, key=lambda problem: (places[problem.file], problem.row or 0)))
    return Reading(draft, (*notes, *judge.notes))


def export(session: Session, name: str) -> bytes:
    """Return all entries that are not archived as a file; CSV and JSON Lines omit titles and rules of categories.

    Raises:
        PlainError: no format has this name or extension.
    """
    form = FORMATS.get(f".{name.lower()}")
    if form is None:
        *others, last = (f".{one}" for one in NAMES)
        raise PlainError(f"Name the file {', '.join(others)} or {last}.")
    return form.write(stored_draft(session))
