"""Knowledge entries that may answer a ticket's question, offered beside the reply box."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from handoff.messages.rich_text import as_plain, from_markdown
from infra.database import Database
from knowledge.entries.repository import entries_by_id, entry
from knowledge.live.library import Library
from knowledge.matching import Matcher, keep_plausible

_SHOWN = 3
_REMEMBERED = 500
_WORTH_SHOWING = 0.25
"""Least confidence: below it, an entry is nearly always another matter."""
_PREVIEW = 300
"""Characters of an answer that a page shows."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry, the probability that it answers (a percentage), and why it may."""

    entry_id: int
    question: str
    percent: int
    answer: str
    """The beginning of the answer as it is inserted."""
    why: tuple[tuple[str, bool], ...] = ()
    """The phrasing that matches, in pieces; those that are true carried the match. None if no word did."""


class Suggestions:
    """Cache of the suggestions since the last change of the knowledge base: live refreshes repeat the same lookup."""

    def __init__(self, database: Database, library: Library) -> None:
        self._database = database
        self._library = library
        self._matcher: Matcher | None = None
        self._found: dict[tuple[str, str], tuple[Suggestion, ...]] = {}

    async def near(self, question: str, language: str) -> tuple[Suggestion, ...]:
        """Return the result of `suggest`, cached."""
        matcher = self._library.matcher
        if matcher is not self._matcher or len(self._found) > _REMEMBERED:
            self._matcher = matcher
            self._found = {}
        if (question, language) not in self._found:
            found = await suggest(self._database, self._library, question, language)
            self._found[question, language] = found
        return self._found[question, language]


async def suggest(database: Database, library: Library, question: str, language: str) -> tuple[Suggestion, ...]:
    """Return the likeliest entries for the question, best first; none if nothing is close."""
    match = await asyncio.to_thread(library.matcher.match, question, languages=(language,), limit=_SHOWN, rivals=True)
    near = [candidate for candidate in keep_plausible(match.candidates) if candidate.confidence >= _WORTH_SHOWING]
    if not near:
        return ()
    found = await database.read(lambda session: entries_by_id(session, [candidate.entry_id for candidate in near]))
    return tuple(
        Suggestion(
            view.id,
            view.question,
            round(100 * candidate.confidence),
            as_plain(from_markdown(view.answer))[:_PREVIEW],
            highlight(candidate.phrasing, candidate.why),
        )
        for candidate in near
        if (view := found.get(candidate.entry_id)) is not None and view.status == "published"
    )


async def answer_text(database: Database, entry_id: int) -> str:
    """Return the entry's answer as it can be typed in a message; empty if there is no such entry."""
    view = await database.read(lambda session: entry(session, entry_id))
    return as_plain(from_markdown(view.answer)) if view is not None and view.status == "published" else ""


def highlight(phrasing: str, why: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Split a phrasing into pieces, and mark those that are words of `why`; nothing without such words."""
    words = sorted(filter(None, why), key=len, reverse=True)
    if not words:
        return ()
    pieces = re.split(rf"(?<!\w)({'|'.join(map(re.escape, words))})(?!\w)", phrasing)
    return tuple((piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece)
