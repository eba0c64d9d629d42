"""Rejected entries: not offered again for the same question, and the second rejection leads to a person."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.followup import share_subject
from bot.dialogue.thread import Found, Rejection
from knowledge.entries.repository import EntryView
from knowledge.matching import Band, alike, keep_plausible


def is_same_question(one: str, other: str) -> bool:
    """Decide whether a question is the other one, or may be its rephrasing."""
    return alike(one, other) or share_subject(one, other)


def drop_rejected(found: Found, question: str, rejections: Sequence[Rejection]) -> Found:
    """Return what was found without the entries that were rejected for this question.

    An answer that was read is not given again, whatever the words: its text stands above. An entry of which only the
    question was shown is dropped if the words may rephrase the rejected question, and do not name the entry itself.
    Without the first entry, the others are choices at most.
    """
    dropped = {
        entry.key
        for rejection in rejections
        if rejection.was_read or is_same_question(question, rejection.question)
        for entry in rejection.entries
        if rejection.was_read or not alike(question, entry.question)
    }
    if not dropped or found.match.band is Band.NONE:
        return found
    plausible = keep_plausible(found.match.candidates)
    views = [(candidate.entry_id, found.entries.get(candidate.entry_id)) for candidate in plausible]
    gone = {number: view for number, view in views if view is not None and view.key in dropped}
    if not gone:
        return found
    kept = tuple(candidate for candidate in found.match.candidates if candidate.entry_id not in gone)
    band: Band = found.match.band
    if plausible[0].entry_id in gone:
        kept = tuple(candidate for candidate in plausible if candidate.entry_id not in gone)
        band = Band.SUGGEST if kept else Band.NONE
    return replace(found, match=replace(found.match, band=band, candidates=kept), rejected=tuple(gone.values()))


def keeps_from_people(entries: Sequence[EntryView]) -> bool:
    """Decide whether the knowledge base keeps these entries' questions from people."""
    return bool(entries) and all(entry.handoff == "never" for entry in entries)


def is_second(rejection: Rejection, earlier: Sequence[Rejection]) -> bool:
    """Decide whether other entries were rejected for the same question before."""
    return any(
        not rejection.keys <= before.keys and is_same_question(rejection.question, before.question)
        for before in earlier
    )
