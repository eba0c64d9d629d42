"""Greetings, thanks and pleading: the words around a question that say nothing about it."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from knowledge.languages import LANGUAGES
from knowledge.languages.language import Saying
from knowledge.matching.text.normalised import fold, lower, words


def _by(place: int, phrases: Iterable[str]) -> dict[str, list[list[str]]]:
    """The phrases, longest first, by their word at a place; all of them folded."""
    found: dict[str, list[list[str]]] = {}
    for phrase in sorted((phrase.split() for phrase in phrases), key=len, reverse=True):
        found.setdefault(phrase[place], []).append(phrase)
    return found


_BY_FIRST = _by(0, chain.from_iterable(language.openings for language in LANGUAGES.values()))
_BY_LAST = _by(-1, chain.from_iterable(language.closings for language in LANGUAGES.values()))


_COURTESY = frozenset(
    fold(word)
    for language in LANGUAGES.values()
    for phrase in (*language.openings, *language.closings, *language.sayings[Saying.GREETING].core)
    for word in phrase.split()
)


def is_courtesy(found: Sequence[str]) -> bool:
    """Return whether these are only words of greeting, thanks and pleading."""
    return all(fold(word) in _COURTESY for word in found)


def strip(found: Sequence[str]) -> list[str]:
    """The words without greeting and thanks; all of them when nothing else would be left."""
    begin, end = 0, len(found)
    for _ in range(4):
        opened = begin + _opening(found[begin:end])
        closed = end - _closing(found[opened:end])
        if opened >= closed or (opened, closed) == (begin, end):
            break
        begin, end = opened, closed
    return list(found[begin:end])


def _opening(found: Sequence[str]) -> int:
    """How many words of courtesy the words begin with."""
    phrases = _BY_FIRST.get(fold(found[0])) if found else None
    matching = (len(phrase) for phrase in phrases or () if [fold(word) for word in found[: len(phrase)]] == phrase)
    return next(matching, 0)


def _closing(found: Sequence[str]) -> int:
    """How many words of courtesy the words end with."""
    phrases = _BY_LAST.get(fold(found[-1])) if found else None
    matching = (len(phrase) for phrase in phrases or () if [fold(word) for word in found[-len(phrase) :]] == phrase)
    return next(matching, 0)


ASKING = frozenset[str]().union(*(language.common_words for language in LANGUAGES.values()))
"""Words that any question may hold, on any subject; in lower case."""

FOLDED_ASKING = frozenset(map(fold, ASKING))


_LONG = 12
_MOST_PARTS = 16
_FEWEST_WORDS = 2
_SENTENCE_END = re.compile(r"[.!?;…]+\s+|\n+")
_CAPITALS = "".join(sorted({*"".join(language.letters for language in LANGUAGES.values()).upper()}))
_CAPITAL_AFTER_WORD = re.compile(rf"(?<=[^\W\d_A-ZА-ЯЁ])\s+(?=[{_CAPITALS}])")


def parts(text: str, asked: Sequence[str] | None = None) -> list[str]:
    """Return the whole of a short message; of a long one also its sentences, each of which may be the one that asks.

    Sentences of courtesy are left out unless there are no others. People leave out full stops, so a capital letter
    after a lower-case word is taken for a possible beginning as well. `asked` are the words of the text, if already
    split.
    """
    if asked is None:
        asked = words(lower(text))
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    asking = [sentence for sentence in sentences if not is_courtesy(words(lower(sentence)))]
    if 0 < len(asking) < len(sentences):
        sentences, text = asking, " ".join(asking)
    if len(asked) <= _LONG or (len(asking) < 2 and len(strip(asked)) <= _LONG):
        return [text]
    found = [text]
    for sentence in sentences:
        pieces = _CAPITAL_AFTER_WORD.split(sentence)
        found.append(sentence)
        if len(pieces) > 1:
            found += pieces
    distinct = dict.fromkeys(part.strip() for part in found)
    return [part for part in distinct if len(part.split()) >= _FEWEST_WORDS][:_MOST_PARTS]
