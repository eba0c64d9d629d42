"""Decide whether a message continues the pending question or starts a new one.

A mistake costs little: for a new question taken as a continuation, the contact gets choices for both; for a
continuation taken as a new question, a second offer, and the buttons of the first one still work.
"""

from bot.dialogue.language import accented_language, words_of
from bot.dialogue.thread import Found, PendingOffer
from bot.dialogue.utterance import Utterance
from knowledge.matching import ASKING, Band, lower, stem

_TELLING = 4
"""Letters of the shortest word that tells what a message is about."""
_FEWEST = 2


def starts_new_question(said: Utterance, pending: PendingOffer, alone: Found, joined: Band) -> bool:
    """Decide whether the message is a question of its own; `alone` is what was found for it by itself.

    `joined` is the band of the pending question with the message added. If that finds the answer, or if the message by
    itself finds an entry that was already offered, it continues. Otherwise it is new if it is answered by itself, or if
    it has the form of a question and at least two telling words, none of which the pending question has.
    """
    band = alone.match.band
    if joined is Band.ANSWER and band is not Band.ANSWER:
        return False
    if band is not Band.NONE and alone.first in pending.offered:
        return False
    words, before = _telling_words(said.text), _telling_words(pending.question)
    if len(words) < _FEWEST:
        return False
    return band is Band.ANSWER or (said.asks and not words & before)


def selects_offer(pending: PendingOffer, alone: Found, joined: Band) -> bool:
    """Decide whether the message by itself asks for an offered choice, and not with the question added."""
    return alone.match.band is Band.ANSWER and joined is not Band.ANSWER and alone.first in pending.offered


def _telling_words(text: str) -> set[str]:
    words = (word for word in words_of(lower(text)) if len(word) >= _TELLING and word not in ASKING)
    return {stem(word, accented_language(word)) for word in words}
