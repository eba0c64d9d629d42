"""Look up what a contact asks: alone and with the pending question, without what they rejected before."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.conversation.rejections import load_rejections
from bot.conversation.round_rows import RECENT
from bot.dialogue import Found, Thread, Utterance, choose_lookup, question_in
from bot.dialogue.rejections import drop_rejected
from bot.dialogue.several_questions import (
    find_splits,
    parts_beside_ticket,
    question_beside_courtesy,
    questions_of,
)
from bot.dialogue.thread import Rejection
from handoff.messages.values import EventKind, IncomingEvent
from infra.clock import Clock
from knowledge.entries.repository import entries_by_id, entries_in_language
from knowledge.languages import LANGUAGES
from knowledge.live.library import Library
from knowledge.matching import Band, keep_plausible

_AS_WELL = 0.9
"""Share of the best confidence from which a translation matches as well as the best phrasing."""


class Lookups:
    """Finds entries for the questions of a round."""

    def __init__(self, library: Library, clock: Clock) -> None:
        self._library = library
        self._clock = clock

    def look_up(
        self, session: Session, thread: Thread, event: IncomingEvent, said: Utterance, known: Row[Any] | None
    ) -> Found | None:
        """Return what was found for the event's question; None if it has none. A new contact is not `known`.

        The entries are in the language of the thread, or in that of the phrasing if the message's words do not tell.
        """
        found = self._look_up(session, thread, event, said, known)
        spoken = said.language or (known and known.chosen_language)
        if found is None or found.parts or spoken or event.kind is not EventKind.MESSAGE:
            return found
        return self._in_matched_language(session, found, thread.language)

    def _look_up(
        self, session: Session, thread: Thread, event: IncomingEvent, said: Utterance, known: Row[Any] | None
    ) -> Found | None:
        question = question_in(thread, event, said)
        if question is None:
            return None
        since = self._clock() - RECENT
        rejections = load_rejections(session, known.id, since) if known is not None else ()
        if event.kind is EventKind.MESSAGE and thread.filling is None:
            for split in find_splits(said.text):
                each = [self._find(session, thread.language, text, rejections) for text in split.texts]
                parts = questions_of(split, each)
                if not parts and thread.ticket is not None:
                    parts = parts_beside_ticket(split, each)
                if parts:
                    return replace(parts[0][1], parts=tuple(parts))
        found = self._find(session, thread.language, question, rejections)
        if thread.pending is None or thread.ticket is not None:
            apart = question_beside_courtesy(said.text) if event.kind is EventKind.MESSAGE else ""
            other = self._find(session, thread.language, apart, rejections) if apart else found
            return other if other.match.band.is_surer_than(found.match.band) else found
        alone = self._find(session, thread.language, said.text, rejections)
        return choose_lookup(said, thread.pending, alone, found)

    def _in_matched_language(self, session: Session, found: Found, language: str) -> Found:
        """Return the entries in the language of the best phrasing, unless one in `language` matches as well."""
        if found.match.band is Band.NONE:
            return found
        least = found.match.candidates[0].confidence * _AS_WELL
        ids = [candidate.entry_id for candidate in found.match.candidates if candidate.confidence >= least]
        matched = entries_by_id(session, ids, wordings=False)
        best = matched.get(ids[0])
        if best is None or any(view.key == best.key and view.lang == language for view in matched.values()):
            return found
        shown = [candidate.entry_id for candidate in keep_plausible(found.match.candidates)]
        return replace(found, entries=entries_in_language(session, shown, best.lang), language=best.lang)

    def _find(self, session: Session, language: str, question: str, rejections: tuple[Rejection, ...]) -> Found:
        order = (language, *(other for other in LANGUAGES if other != language))
        match = self._library.matcher.match(question, languages=order)
        shown = () if match.band is Band.NONE else keep_plausible(match.candidates)
        # A contact who speaks one language and asks in the words of another is answered in their own where that exists.
        found = Found(match, entries_in_language(session, [candidate.entry_id for candidate in shown], language))
        return drop_rejected(found, question, rejections)
