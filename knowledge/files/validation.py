"""Validation of read files into drafts; every problem is reported with its position.

Validation continues after a problem, so that one run reports all of them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from knowledge.entries import forms
from knowledge.entries.drafts import (
    HANDOFFS,
    KEY_LENGTH,
    MOST_ALTERNATIVES,
    STATUSES,
    CategoryDraft,
    Draft,
    EntryDraft,
    FilePosition,
    Handoff,
    Status,
    is_language,
)
from knowledge.entries.problems import Problem, did_you_mean
from knowledge.entries.targets import Targets, parse_target
from knowledge.entries.texts import fingerprint, fold, slug, tidy_line, unstorable
from knowledge.entries.validation import phrasings, problem
from knowledge.files.formats.html import UnconvertibleError, to_markdown
from knowledge.files.formats.rows import CATEGORY_FIELDS, ENTRY_FIELDS, Block, Sheet

_ENOUGH = 10_000


class FileValidator:
    """Collects the sheets of one load. `problems` grows while reading; `draft` is valid only if it is empty.

    `notes` are sentences for the person who loads the files, about things that need no correction.
    """

    def __init__(self, default_language: str) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._converted = 0
        self._default_language = default_language
        self._entries: list[EntryDraft] = []
        self._categories: dict[str, CategoryDraft] = {}
        self._references: list[tuple[EntryDraft, str]] = []

    def add(self, name: str, sheet: Sheet) -> None:
        self.problems += sheet.problems
        entries = []
        self._converted = 0
        for block in sheet.entries:
            if self.enough:
                return
            entries.append(self._entry(_Fields(name, block, ENTRY_FIELDS, self.problems)))
        self._entries += entries
        if self._converted:
            words = "answer held HTML and was" if self._converted == 1 else "answers held HTML and were"
            self.notes.append(f"{name}: {self._converted} {words} converted")
        counts = Counter(entry.lang for entry in entries)
        # A title without a language is in the language of the entries in its file.
        language = counts.most_common(1)[0][0] if counts else self._default_language
        for block in sheet.categories:
            self._category(_Fields(name, block, CATEGORY_FIELDS, self.problems), language)
        if sheet.categories:
            self._references += [(entry, entry.category) for entry in entries if entry.category]

    @property
    def enough(self) -> bool:
        """Whether there are so many problems that validation stops."""
        return len(self.problems) >= _ENOUGH

    def draft(self) -> Draft:
        """Return everything read so far as one knowledge base, validated as a whole."""
        entries = _named(self._entries)
        self.problems += _repeated(entries)
        shelf = CategoryIndex(tuple(self._categories.values()))
        for entry, category in self._references:
            if shelf.find(category) is None:
                reason = f'unknown category "{category}"' + did_you_mean(category, shelf.keys())
                self.problems.append(problem(entry, "category", reason))
        return Draft(tuple(entries), tuple(self._categories.values()))

    def _entry(self, fields: "_Fields") -> EntryDraft:
        entry = EntryDraft(
            key=fields.text("id", number_too=True),
            lang=fields.text("lang") or self._default_language,
            question=fields.text("question"),
            answer=self._answer(fields),
            category=fields.text("category") or None,
            alternatives=fields.texts("alternatives"),
            handoff=cast("Handoff | None", fields.choice("handoff", HANDOFFS)),
            status=cast("Status | None", fields.choice("status", STATUSES)) or "published",
            origin=fields.origin,
        ).tidy()
        # A field with a reported problem is not reported again; an absent id is derived from the question later.
        silent = fields.wrong | (set() if entry.key else {"id"})
        for name, reason in dict.fromkeys(entry.find_errors()):
            if name not in silent:
                fields.tell(name, reason)
        return entry

    def _answer(self, fields: "_Fields") -> str:
        """Return the answer in Markdown; HTML that cannot be converted is kept and reported."""
        text = fields.text("answer")
        try:
            markdown, converted = to_markdown(text)
        except UnconvertibleError as error:
            fields.tell("answer", str(error))
            return text
        self._converted += converted
        return markdown

    def _category(self, fields: "_Fields", language: str) -> None:
        key = tidy_line(fields.text("key", number_too=True))
        titles = fields.titles("title", language)
        handoff = cast("Handoff | None", fields.choice("handoff", HANDOFFS))
        if not key and "key" not in fields.wrong:
            fields.tell("key", "is empty")
        elif len(key) > KEY_LENGTH or unstorable(key):
            fields.tell("key", f"must be at most {KEY_LENGTH} plain characters")
        known = self._categories.get(key, CategoryDraft(key, {}))
        for code, title in titles.items():
            if known.titles.get(code, title) != title:
                fields.tell("title", f'category "{key}" already has another title in {code}: "{known.titles[code]}"')
        if handoff and known.handoff not in {None, handoff}:
            fields.tell("handoff", f'category "{key}" already says {known.handoff}')
        targets = Targets(fields.target("first_answer"), fields.target("next_answer"))
        if targets.over(known.targets) != known.targets.over(targets):
            fields.tell("first_answer", f'category "{key}" already has other targets')
        form, form_errors = forms.parse_form(fields.value("form"), language)
        for error in form_errors:
            fields.tell("form", str(error))
        try:
            form = forms.merge_forms(known.form, form)
        except ValueError as error:
            fields.tell("form", f'of category "{key}" {error}')
        self._categories[key] = CategoryDraft(
            key, {**known.titles, **titles}, known.handoff or handoff, form, targets.over(known.targets)
        )


class CategoryIndex:
    """Finds categories by key, else by the title in any language, ignoring case and spaces."""

    def __init__(self, categories: Sequence[CategoryDraft]) -> None:
        self._keys = {fold(category.key): category.key for category in categories}
        self._titles: dict[str, str] = {}
        for category in categories:
            for title in category.titles.values():
                self._titles.setdefault(fold(title), category.key)

    def find(self, reference: str) -> str | None:
        name = fold(reference)
        return self._keys.get(name) or self._titles.get(name)

    def keys(self) -> Iterable[str]:
        return self._keys.values()


class _Fields:
    """Reads one block field by field; errors go to `problems`, and the fields they concern to `wrong`."""

    def __init__(self, file: str, block: Block, known: Sequence[str], problems: list[Problem]) -> None:
        self.origin = FilePosition(file, block.row)
        self.wrong: set[str] = set()
        self._block = block
        self._problems = problems
        for name in block:
            if name not in known:
                self.tell(None, f'unknown field "{name[:40]}"' + did_you_mean(name[:40], known))
        for name in block.twice:
            self.tell(name, "is given twice")

    def tell(self, name: str | None, reason: str) -> None:
        if name:
            self.wrong.add(name)
        self._problems.append(Problem(self.origin.file, self.origin.row, name, reason))

    def value(self, name: str) -> object:
        return self._block.get(name)

    def text(self, name: str, *, number_too: bool = False) -> str:
        value = self._block.get(name)
        if number_too and isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is None or isinstance(value, str):
            return value or ""
        self.tell(name, "must be text")
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._block.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.tell(name, "must be a list of texts")
            return ()
        if len(value) > MOST_ALTERNATIVES:
            self.tell(name, f"are more than {MOST_ALTERNATIVES}")
            return ()
        for number, item in enumerate(value, 1):
            if not isinstance(item, str):
                self.tell(name, f"item {number} must be text")
        return tuple(item for item in value if isinstance(item, str))

    def choice(self, name: str, known: Sequence[str]) -> str | None:
        value = self.text(name).strip().lower()
        if value and value not in known:
            self.tell(name, f'"{value[:20]}" is none of {", ".join(known)}{did_you_mean(value[:20], known)}')
            return None
        return value or None

    def target(self, name: str) -> int | None:
        text = self.text(name)
        try:
            return parse_target(text) if text else None
        except ValueError as error:
            self.tell(name, str(error))
            return None

    def titles(self, name: str, language: str) -> dict[str, str]:
        value = self._block.get(name)
        given = value if isinstance(value, Block) else {language: value}
        titles = {}
        for code, text in given.items():
            if not is_language(code):
                self.tell(name, f'"{code[:20]}" is not a language code such as ru, en or hu')
            elif isinstance(text, str) and len(text) <= KEY_LENGTH and not unstorable(tidy_line(text)):
                titles[code] = tidy_line(text)
            elif text is not None:
                self.tell(name, f"must be a text of at most {KEY_LENGTH} plain characters, or one for each language")
        return {code: title for code, title in titles.items() if title}


def _named(entries: Sequence[EntryDraft]) -> list[EntryDraft]:
    """Give each entry a key; missing ones are derived from the question and numbered if already used."""
    taken = {(entry.key, entry.lang) for entry in entries}
    numbers: Counter[str] = Counter()
    named = []
    for entry in entries:
        key, wanted = entry.key, slug(entry.question)
        while not key or (not entry.key and (key, entry.lang) in taken):
            numbers[wanted] += 1
            key = wanted if numbers[wanted] == 1 else f"{wanted}-{numbers[wanted]}"
        taken.add((key, entry.lang))
        named.append(replace(entry, key=key))
    return named


def _repeated(entries: Sequence[EntryDraft]) -> Iterable[Problem]:
    """Yield problems for entries with the same key in one language, and for entries with the same phrasing."""
    keys: dict[tuple[str, str], EntryDraft] = {}
    asked: dict[tuple[str, str], EntryDraft] = {}
    for entry in entries:
        first = keys.setdefault((entry.key, entry.lang), entry)
        if first is not entry:
            yield problem(entry, "id", f'"{entry.key}" ({entry.lang}) is already in {first.origin}')
            continue
        for name, text in phrasings(entry):
            other = asked.setdefault((entry.lang, fingerprint(text)), entry)
            if other is not entry:
                yield problem(entry, name, f'"{text[:80]}" is also a phrasing of "{other.key}" in {other.origin}')
