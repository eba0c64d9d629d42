"""Assignment of loaded entries to categories, and changes of the categories themselves.

An entry names its category by key or by title. A category that exists neither in the files nor in the database is
created with that title. If the files declare categories and `keep` is off, undeclared and unused ones are removed.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.entries import forms
from knowledge.entries.drafts import CategoryDraft, Draft
from knowledge.entries.models import Category
from knowledge.entries.stored_drafts import stored_categories
from knowledge.entries.texts import fold, slug
from knowledge.files.validation import CategoryIndex

_KEY = re.compile("[A-Za-z0-9_.-]+")


class CategoryPlan:
    """The categories of one load. `entries` are those of the draft, with the keys of their categories."""

    def __init__(self, session: Session, draft: Draft, *, keep: bool) -> None:
        self._session = session
        self._keep = keep
        self._draft_categories = draft.categories
        self._stored = {category.key: category for category in stored_categories(session)}
        self._edited = set(session.scalars(select(Category.key).where(Category.form_edited_at.is_not(None))))
        self._targets = {category.key: self._target(category) for category in draft.categories}
        self._declared = CategoryIndex(draft.categories)
        self._present = CategoryIndex(tuple(self._stored.values()))
        self._made: dict[str, str] = {}
        self.entries = [
            replace(entry, category=self._key(entry.category, entry.lang)) if entry.category else entry
            for entry in draft.entries
        ]
        used = {entry.category for entry in self.entries}
        sweep = bool(draft.categories) and not keep
        self._unused = [key for key in self._stored if sweep and key not in self._targets and key not in used]

    def changes(self) -> Iterable[tuple[str, Literal["added", "changed", "removed"]]]:
        """Yield (key, change) of each category that changes."""
        for key, target in self._targets.items():
            if key not in self._stored:
                yield key, "added"
            elif self._stored[key] != target:
                yield key, "changed"
        for key in self._unused:
            yield key, "removed"

    def notes(self) -> Iterable[str]:
        """Yield a sentence for each form of the files that is not loaded, because it was edited at the desk."""
        for declared in self._draft_categories:
            kept = self._stored[declared.key].form if declared.key in self._edited else declared.form
            if declared.form not in ((), kept):
                yield f'category "{declared.key}" keeps the form that was edited at the desk, not the form of the files'

    def store(self) -> dict[str, int]:
        """Write the categories of the load; returns the ids of all categories by key."""
        rows = {row.key: row for row in self._session.scalars(select(Category))}
        free = max((row.position for row in rows.values()), default=-1) + 1 if self._keep else 0
        for place, (key, target) in enumerate(self._targets.items()):
            row = rows.get(key)
            if row is None:
                row = rows[key] = Category(key=key, position=free + place)
                self._session.add(row)
            elif not self._keep:
                row.position = place
            row.titles = target.titles
            row.handoff = target.handoff or "allowed"
            row.form = forms.dump_form(target.form) or None
            row.first_answer_minutes, row.next_answer_minutes = target.targets.first, target.targets.following
        self._session.flush()
        return {key: row.id for key, row in rows.items()}

    def discard(self) -> None:
        """Remove categories that the load leaves unused; archived entries lose theirs."""
        self._session.execute(delete(Category).where(Category.key.in_(self._unused)))

    def _target(self, declared: CategoryDraft) -> CategoryDraft:
        known = self._stored.get(declared.key)
        if known is None:
            return replace(declared, handoff=declared.handoff or "allowed")
        targets = declared.targets.over(known.targets)
        if known.key in self._edited:
            declared = replace(declared, form=known.form)
        if not self._keep:
            return replace(declared, handoff=declared.handoff or "allowed", targets=targets)
        titles, form = {**known.titles, **declared.titles}, declared.form or known.form
        return CategoryDraft(declared.key, titles, declared.handoff or known.handoff, form, targets)

    def _key(self, reference: str, lang: str) -> str:
        key = self._declared.find(reference) or self._present.find(reference) or self._made.get(fold(reference))
        if key is None:
            key = self._made[fold(reference)] = self._free_key(reference)
            self._targets[key] = CategoryDraft(key, {}, "allowed")
        if fold(reference) in self._made:
            self._targets[key].titles.setdefault(lang, reference)
        return key

    def _free_key(self, title: str) -> str:
        wanted = key = title if _KEY.fullmatch(title) else slug(title)
        number = 1
        while key in self._targets or key in self._stored:
            number += 1
            key = f"{wanted}-{number}"
        return key
