"""Entries and categories as plain values, read from files or submitted by an editor, to compare with the database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from knowledge.entries.forms import Form
from knowledge.entries.targets import NO_TARGETS, Targets
from knowledge.entries.texts import fingerprint, tidy_answer, tidy_line, unstorable

Handoff = Literal["allowed", "always", "never"]
"""Whether a question goes to an agent: on request after the answer, always, or never."""
Status = Literal["published", "draft", "archived", "proposed"]
"""Only published entries are answers. A proposed one is an agent's: a load of files neither needs nor archives it."""

HANDOFFS: tuple[Handoff, ...] = get_args(Handoff)
STATUSES: tuple[Status, ...] = get_args(Status)

KEY_LENGTH = 200
LINE_LENGTH = 1_000
MOST_ALTERNATIVES = 1_000
ANSWER_LENGTH = 20_000
_LANGUAGE = re.compile("[a-z]{2,3}(-[a-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True)
class FilePosition:
    """The position of a draft in the files, for error messages."""

    file: str
    row: int | None

    def __str__(self) -> str:
        return self.file if self.row is None else f"{self.file}:{self.row}"


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One entry in its intended state. `handoff` None inherits the category's rule."""

    key: str
    lang: str
    question: str
    answer: str = ""
    category: str | None = None
    alternatives: tuple[str, ...] = ()
    handoff: Handoff | None = None
    status: Status = "published"
    origin: FilePosition | None = field(default=None, compare=False)

    def tidy(self) -> "EntryDraft":
        """Return the entry in its stored form, without duplicate phrasings."""
        question = tidy_line(self.question)
        seen = {"", fingerprint(question)}
        alternatives = []
        for text in map(tidy_line, self.alternatives):
            if text and (mark := fingerprint(text)) not in seen:
                seen.add(mark)
                alternatives.append(text)
        return replace(
            self,
            key=tidy_line(self.key),
            lang=self.lang.strip().lower(),
            question=question,
            answer=tidy_answer(self.answer),
            category=tidy_line(self.category or "") or None,
            alternatives=tuple(alternatives),
        )

    def find_errors(self) -> Iterator[tuple[str, str]]:
        """Yield (field, reason) for everything that prevents storing this tidy entry."""
        lines = [("id", self.key, KEY_LENGTH), ("question", self.question, LINE_LENGTH)]
        lines += [("alternatives", text, LINE_LENGTH) for text in self.alternatives]
        lines += [("category", self.category or "", KEY_LENGTH), ("answer", self.answer, ANSWER_LENGTH)]
        for name, text, length in lines:
            if len(text) > length:
                yield name, f"is longer than {length} characters"
            if unstorable(text):
                yield name, "holds control characters or broken Unicode"
        if len(self.alternatives) > MOST_ALTERNATIVES:
            yield "alternatives", f"are more than {MOST_ALTERNATIVES}"
        if not is_language(self.lang):
            yield "lang", f'"{self.lang[:20]}" is not a language code such as ru, en or hu'
        if not self.question:
            yield "question", "is empty"
        if not self.key:
            yield "id", "is empty"
        # Only unpublished entries may lack an answer.
        if self.status == "published" and not self.answer:
            yield "answer", "is empty: write one, or set status to draft"


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    """One category in its intended state: titles by language; `handoff` None means unspecified.

    A file that names no target leaves the stored one as it is, because the page of the categories sets it, too.
    """

    key: str
    titles: dict[str, str]
    handoff: Handoff | None = None
    form: Form = ()
    targets: Targets = NO_TARGETS


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole knowledge base: the contents of a set of files, in the order of the files."""

    entries: tuple[EntryDraft, ...] = ()
    categories: tuple[CategoryDraft, ...] = ()


def is_language(code: str) -> bool:
    """Return whether `code` has the form of a language code: two or three letters, optionally with a region."""
    return _LANGUAGE.fullmatch(code) is not None
