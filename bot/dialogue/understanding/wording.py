"""Read the words of a message, folded, and what a short message says.

A message says what one of the `Saying`s stands for if it consists of its phrases and of those that may stand beside
them, and of nothing else: a message with any further word is a question. Words count without case, accents and
punctuation, with stretched letters ("спасибооо") and with one slip of the finger in a word of five letters or more.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from knowledge.languages import LANGUAGES, Saying, wordings
from knowledge.matching import fold, is_slip, lower

_ALL = tuple(LANGUAGES.values())
_WORD = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_APOSTROPHE = re.compile(r"['’`]")
_CLAUSE_END = re.compile(r"[:;!?,()\n—–]|\.(?!\w)|\s-\s")
_DIGITS = re.compile(r"\d{1,3}")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SLIP_LETTERS = 5
"""Letters of the shortest word in which a slip of the finger is forgiven: shorter ones become other words."""
_MOST_WORDS = 12
"""Words of the longest message that is understood by its phrases."""
_READ_WORDS = 80
"""Words at the beginning, and as many at the end, in which a wish for a person is looked for."""

Phrases = Mapping[str, Sequence[tuple[str, ...]]]
"""Phrases as their words, by the first one."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a message."""

    text: str
    """Folded, and corrected if it is a slip of a known word."""
    start: int
    """Where it stands in the message."""
    end: int
    clause: int
    """Number of its clause, which punctuation ends."""


def clean(text: str) -> str:
    """Return the message without invisible characters and white space around it."""
    return _INVISIBLE.sub("", text).strip()


def words_in(text: str) -> list[Word]:
    """Return the words of a `clean` message; of a very long one those at its beginning and end."""
    found, clause, last = [], 0, 0
    places = list(_WORD.finditer(text))
    if len(places) > 2 * _READ_WORDS:
        places = places[:_READ_WORDS] + places[-_READ_WORDS:]
    for place in places:
        clause += bool(_CLAUSE_END.search(text, last, place.start()))
        last = place.end()
        found.append(Word(_known(_folded(place.group())), place.start(), place.end(), clause))
    return found


def phrases_of(wordings: Iterable[str]) -> Phrases:
    """Return phrases as their folded words."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in dict.fromkeys(wordings):
        words = tuple(map(_folded, phrase.split()))
        found.setdefault(words[0], []).append(words)
    return found


def covers(words: Sequence[str], core: Phrases, *beside: Phrases) -> bool:
    """Decide whether the words are phrases of `core`, at least one, and otherwise phrases of `beside`."""
    if not 0 < len(words) <= _MOST_WORDS:
        return False
    reached = {(0, False)}
    for place, word in enumerate(words):
        for known, is_core in ((core, True), *((phrases, False) for phrases in beside)):
            for phrase in known.get(word, ()):
                if tuple(words[place : place + len(phrase)]) == phrase:
                    end = place + len(phrase)
                    reached |= {(end, seen or is_core) for seen in (True, False) if (place, seen) in reached}
    return (len(words), True) in reached


def _folded(word: str) -> str:
    return fold(_STRETCHED.sub(r"\1", lower(_APOSTROPHE.sub("", word))))


def _phrases(saying: Saying, *, beside: bool = False) -> Phrases:
    messages = (language.sayings[saying] for language in _ALL)
    return phrases_of(chain.from_iterable(message.beside if beside else message.core for message in messages))


CORE: Mapping[Saying, Phrases] = {saying: _phrases(saying) for saying in Saying}
_OWN_BESIDE: Mapping[Saying, Phrases] = {saying: _phrases(saying, beside=True) for saying in Saying}
MESSAGES: Mapping[Saying, tuple[Saying, ...]] = {
    Saying.GREETING: (),
    Saying.THANKS: (Saying.GREETING, Saying.SOLVED),
    Saying.CONSENT: (Saying.GREETING, Saying.THANKS),
    Saying.PASS_ON: (Saying.GREETING, Saying.THANKS, Saying.CONSENT, Saying.UNSOLVED),
    Saying.REFUSAL: (Saying.GREETING, Saying.THANKS),
    Saying.SOLVED: (Saying.GREETING, Saying.THANKS, Saying.CONSENT),
    Saying.UNSOLVED: (Saying.GREETING, Saying.THANKS, Saying.REFUSAL),
    Saying.OPENING: (Saying.GREETING,),
    Saying.WITHDRAWAL: (Saying.GREETING, Saying.THANKS, Saying.SOLVED, Saying.REFUSAL),
    Saying.CANCEL: (),
}
"""What a whole message can say, and what else it may say with it."""


def says(words: Sequence[str], saying: Saying) -> bool:
    """Decide whether the words of a message say this and nothing else."""
    kinds = (saying, *MESSAGES[saying])
    people = [_PEOPLE] if saying is Saying.PASS_ON else []  # to whom
    beside = [
        *people,
        *(CORE[other] for other in (Saying.FILLER, *MESSAGES[saying])),
        *(_OWN_BESIDE[kind] for kind in kinds),
    ]
    if covers(words, CORE[saying], *beside):
        return True
    told = [word for word in words if (word,) not in CORE[Saying.FILLER].get(word, ())]  # "close, please, the question"
    return len(told) < len(words) and covers(told, CORE[saying], *beside)


def is_small_talk(words: Sequence[str]) -> bool:
    """Decide whether the words only fill, or say one of the things that a whole message can say, even as a question."""
    return not words or covers(words, CORE[Saying.FILLER]) or any(says(words, saying) for saying in MESSAGES)


def is_nudge(words: Sequence[str], *, asks: bool) -> bool:
    """Decide whether the words only ask how much longer an answer takes.

    They are such phrases, or words for waiting together with words for what is awaited ("when", "any", "not yet" with
    "answer", "look at my question"), and otherwise only words that say nothing about a subject. If the message `asks`,
    what is awaited is enough ("will you answer?").
    """
    told = [word for word in words if not _DIGITS.fullmatch(word)]  # "for 2 days"
    around = [CORE[saying] for saying in (Saying.FILLER, Saying.GREETING, Saying.THANKS)]
    if covers(told, CORE[Saying.NUDGE], *around):
        return True
    wait, awaited = CORE[Saying.WAIT], CORE[Saying.AWAITED]
    around += [CORE[Saying.NUDGE], _OWN_BESIDE[Saying.NUDGE]]
    if asks and covers(told, awaited, wait, *around):
        return True
    return all(covers(told, core, wait, awaited, _COMMON, *around) for core in (wait, awaited))


_COMMON = phrases_of(chain.from_iterable(language.common_words for language in _ALL))
_PEOPLE = phrases_of(chain.from_iterable(language.person.people | language.person.anyone for language in _ALL))

_ORDINALS = tuple(
    phrases_of(wordings("\n".join(language.ordinals[number] for language in _ALL if number < len(language.ordinals))))
    for number in range(max(len(language.ordinals) for language in _ALL))
)
_LAST_ONE = phrases_of(wordings("\n".join(language.last for language in _ALL)))
_CHOICE_BESIDE = (CORE[Saying.CHOICE], CORE[Saying.FILLER], CORE[Saying.CONSENT], CORE[Saying.THANKS])
LAST = -1
"""The last of the choices."""


def read_choice(words: Sequence[str]) -> int | None:
    """Return the number of the choice that the message names; 0 for none of them, `LAST` for the last."""
    digits = [word for word in words if _DIGITS.fullmatch(word)]
    if len(digits) == 1:
        others = [word for word in words if word not in digits]
        number = phrases_of(digits)
        return int(digits[0]) if not others or covers(words, number, *_CHOICE_BESIDE) else None
    if covers(words, _LAST_ONE, *_CHOICE_BESIDE):
        return LAST
    found = [number for number, phrases in enumerate(_ORDINALS) if covers(words, phrases, *_CHOICE_BESIDE)]
    return found[0] if found else None


def _vocabulary() -> Mapping[str, frozenset[str]]:
    """Return all words that a message is read for, and usual words that are no slips of them, by their first letter."""
    known = {
        word
        for kind in (*CORE.values(), *_OWN_BESIDE.values(), *_ORDINALS)
        for some in kind.values()
        for phrase in some
        for word in phrase
    }
    for language in _ALL:
        wish = language.person
        usual = (language.common_words, language.frequent_words, language.question_words, wish.attributes, wish.around)
        for words in (*usual, wish.people, wish.anyone, wish.calls, wish.wants):
            known.update(map(_folded, words))
    found: dict[str, set[str]] = {}
    for word in known:
        found.setdefault(word[0], set()).add(word)
    return {letter: frozenset(words) for letter, words in found.items()}


_VOCABULARY = _vocabulary()


@lru_cache(maxsize=4096)
def _known(word: str) -> str:
    """Return the known word that this is, perhaps with one slip of the finger after its first letter."""
    near = _VOCABULARY.get(word[0], frozenset[str]())
    if word in near:
        return word
    if word[-2:] == word[-1] * 2 and word[:-1] in near:  # stretched at the end
        return word[:-1]
    if len(word) < _SLIP_LETTERS:
        return word
    meant = [known for known in near if len(known) >= _SLIP_LETTERS and is_slip(word, known)]
    return min(meant) if meant else word
