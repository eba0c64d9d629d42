"""Decide whether a message continues the pending question or starts a new one.

A mistake costs little: for a new question taken as a continuation, the contact gets choices for both; for a
continuation taken as a new question, a second offer, and the buttons of the first one still work.
"""

from dataclasses import replace

from bot.dialogue.thread import Found, PendingOffer
from bot.dialogue.understanding.utterance import Utterance
from knowledge.languages.detection import accented_language, words_of
from knowledge.matching import ASKING, Band, lower, stem

_TELLING = 4
"""Letters of the shortest word that tells what a message is about."""
_FEWEST = 2


def choose_lookup(said: Utterance, pending: PendingOffer, alone: Found, joined: Found) -> Found:
    """Return the better of two lookups: of the message alone, and of the pending question with the message added.

    The message continues the pending question if alone it finds nothing, or an entry that was offered already, or if
    the question makes a lookup surer: it then answers, or finds the same entry with more confidence. It also continues
    if it has a telling word in common with the question, or too few to be understood alone. Otherwise it starts a new
    question, and so does a question by form about another subject that finds nothing.
    """
    better = _is_better(alone, joined)
    words, before = _telling_words(said.text), _telling_words(pending.question)
    answers, several = joined.match.band.answers, len(words) >= _FEWEST
    if alone.match.band is Band.NONE:
        is_new = said.asks and several and words.isdisjoint(before) and not answers
    elif alone.first in pending.offered or (_is_better(joined, alone) and (answers or joined.first == alone.first)):
        is_new = False
    else:
        is_new = words.isdisjoint(before) and (several or alone.match.band.answers)
    if is_new:
        return replace(alone, is_new_question=True)
    return alone if better else joined


def _is_better(one: Found, other: Found) -> bool:
    """Compare two lookups by their bands, then by the confidence of their first entries."""
    if one.match.band is not other.match.band:
        return one.match.band.is_surer_than(other.match.band)
    return one.match.band is not Band.NONE and _confidence(one) > _confidence(other)


def _confidence(found: Found) -> float:
    return found.match.candidates[0].confidence if found.match.candidates else 0.0


def tells_subject(text: str) -> bool:
    """Decide whether a question has enough telling words to be understood alone."""
    return len(_telling_words(text)) >= _FEWEST


def share_subject(one: str, other: str) -> bool:
    """Decide whether two questions have a telling word in common."""
    return not _telling_words(one).isdisjoint(_telling_words(other))


def _telling_words(text: str) -> set[str]:
    words = (word for word in words_of(lower(text)) if len(word) >= _TELLING and word not in ASKING)
    return {stem(word, accented_language(word)) for word in words}
