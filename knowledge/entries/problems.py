"""Errors in knowledge files and edited entries, with their position and a remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from infra.errors import PlainError

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One error to fix.

    `row` is the line of a YAML or JSON Lines file, the number of the entry in a JSON file, or the row of a table (the
    header is row 1); None for the whole file. `file` is empty for an entry edited at the desk.
    """

    file: str
    row: int | None
    field: str | None
    reason: str

    def __str__(self) -> str:
        where = self.file if self.row is None else f"{self.file}:{self.row}"
        return ": ".join(part for part in (where, self.field, self.reason) if part)


class KnowledgeError(PlainError):
    """The files or the edit contain errors and nothing was stored. `problems` lists all errors."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"… and {len(self.problems) - _SHOWN} more")
        super().__init__("\n".join(lines))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "question"?` if a known word is similar, else ""."""
    near = get_close_matches(word.lower(), list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
