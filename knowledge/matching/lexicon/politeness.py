"""Greetings, thanks and pleading: the words around a question that say nothing about it."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from knowledge.languages import LANGUAGES
from knowledge.matching.text.normalised import fold, lower, words


def _by(place: int, phrases: Iterable[str]) -> dict[str, list[list[str]]]:
    """The phrases, longest first, by their word at a place; all of them folded."""
    found: dict[str, list[list[str]]] = {}
    for phrase in sorted((phrase.split() for phrase in phrases), key=len, reverse=True):
        found.setdefault(phrase[place], []).append(phrase)
    return found


_BY_FIRST = _by(0, chain.from_iterable(language.openings for language in LANGUAGES.values()))
_BY_LAST = _by(-1, chain.from_iterable(language.closings for language in LANGUAGES.values()))


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


_LONG = 12
_MOST_PARTS = 16
_FEWEST_WORDS = 2
_SENTENCE_END = re.compile(r"[.!?;…]+\s+|\n+")
_CAPITALS = "".join(sorted({*"".join(language.letters for language in LANGUAGES.values()).upper()}))
_CAPITAL_AFTER_WORD = re.compile(rf"(?<=[^\W\d_A-ZА-ЯЁ])\s+(?=[{_CAPITALS}])")


def parts(text: str, asked: Sequence[str] | None = None) -> list[str]:
    """The whole of a short message; of a long one also its sentences, each of which may be the one that asks.

    People leave out full stops, so a capital letter after a lower-case word is taken for a possible beginning as well.
    `asked` are the words of the text, where they are known.
    """
    if asked is None:
        asked = words(lower(text))
    if len(asked) <= _LONG or len(strip(asked)) <= _LONG:
        return [text]
    found = [text]
    for sentence in _SENTENCE_END.split(text):
        pieces = _CAPITAL_AFTER_WORD.split(sentence)
        found.append(sentence)
        if len(pieces) > 1:
            found += pieces
    distinct = dict.fromkeys(part.strip() for part in found)
    return [part for part in distinct if len(part.split()) >= _FEWEST_WORDS][:_MOST_PARTS]
