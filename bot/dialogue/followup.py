"""Whether a message completes the question that the bot could only answer with an offer, or asks something else.

Taking one for the other is never grave: of a new question taken for more words the contact gets choices for both at once, and
of more words taken for a new question a second offer; the first one stays and its buttons work. So the rule is plain.
"""

from bot.dialogue.language import accented_language, words_of
from bot.dialogue.thread import Found, PendingOffer
from bot.dialogue.utterance import Utterance
from knowledge.matching import ASKING, Band, lower, stem

_TELLING = 4
"""Letters of the shortest word that tells what a message is about."""
_FEWEST = 2


def starts_new_question(said: Utterance, pending: PendingOffer, alone: Found, joined: Band) -> bool:
    """Whether the message is a question of its own, with `alone` what the knowledge says to it by itself.

    `joined` is the band of the question with the message added. Where that finds the answer, or where the message by itself
    leads to what was offered already, it completes. Else it stands for itself if it is answered by itself, or if it has the
    form of a question and tells of two things at least, none of which the pending question names.
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
    """Whether the message by itself is the question of a choice that was offered, which is lost in the question with it added."""
    return alone.match.band is Band.ANSWER and joined is not Band.ANSWER and alone.first in pending.offered


def _telling_words(text: str) -> set[str]:
    words = (word for word in words_of(lower(text)) if len(word) >= _TELLING and word not in ASKING)
    return {stem(word, accented_language(word)) for word in words}
