"""Live answers while a contact types: entries for a channel's inline mode."""

from sqlalchemy.orm import Session

from bot.channels import LiveAnswer, LiveResults
from bot.views.other_language import with_remark
from bot.wording import WORDS
from handoff.messages.rich_text import from_markdown, units
from handoff.messages.text_parts import split
from handoff.messages.values import Entity, EntityKind, RichText
from infra.database import Database
from knowledge.entries.repository import EntryFilter, EntryView, entries, entries_by_id
from knowledge.languages import LANGUAGES
from knowledge.live.library import Library
from knowledge.matching import keep_plausible

_MOST = 10
_SUMMARY = 120
"""Characters of the answer that are shown under its title."""


class LiveSearch:
    """Looks up without a trace: the contact is still typing, so nothing is counted or kept."""

    def __init__(self, db: Database, library: Library, language: str) -> None:
        self._db = db
        self._library = library
        self._language = language

    async def __call__(self, text: str, language: str) -> LiveResults:
        """Return entries that may answer `text`, best first, preferably in `language`; for no text the most asked."""
        spoken = language if language in LANGUAGES else self._language
        return await self._db.read(lambda session: self._look_up(session, text.strip(), spoken))

    def _look_up(self, session: Session, text: str, language: str) -> LiveResults:
        found: list[EntryView]
        if text:
            order = (language, *(other for other in LANGUAGES if other != language))
            match = self._library.matcher.match(text, languages=order, rivals=True)
            ids = [candidate.entry_id for candidate in keep_plausible(match.candidates)[:_MOST]]
            known = entries_by_id(session, ids, wordings=False) if ids else {}
            found = [known[id_] for id_ in ids if id_ in known]
        else:
            found = list(entries(session, EntryFilter(lang=language), order="asked", page=1, size=_MOST).items)
        return LiveResults(tuple(_answer(entry, language) for entry in found), WORDS.text(language, "Ask a person"))


def _answer(entry: EntryView, language: str) -> LiveAnswer:
    title = with_remark(entry.question, language, entry.lang)
    answer = from_markdown(entry.answer)
    head = units(entry.question)
    moved = tuple(Entity(e.kind, e.offset + head + 2, e.length, e.url) for e in answer.entities)
    whole = RichText(f"{entry.question}\n\n{answer.text}", (Entity(EntityKind.BOLD, 0, head), *moved))
    return LiveAnswer(str(entry.id), title, " ".join(answer.text.split())[:_SUMMARY], split(whole)[0])
