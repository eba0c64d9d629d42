"""Correction of typos, glued and split words.

A noisy channel model (Shannon 1948; for spelling, Kernighan, Church and Gale 1990): of all readings of a message, the
one with the greatest joint likelihood of words and errors is chosen. Word likelihoods come from the knowledge base and
the language.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import inf, log

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.matching.lexicon.frequencies import Frequencies
from knowledge.matching.lexicon.neighbours import LONGEST, Neighbours
from knowledge.matching.lexicon.politeness import FOLDED_ASKING
from knowledge.matching.lexicon.stances import is_sign
from knowledge.matching.lexicon.vocabulary import Vocabulary
from knowledge.matching.text.normalised import fold, is_cyrillic, is_latin

_LOOKED_AT = 40
_SHORTEST = 3
_SHORTEST_HALF = 4
_LONG = 7

# Costs of errors, in units of natural logarithm: chosen by the accuracy of development questions with typos, and by the
# share of their words that are restored; `docs/matching-trials.md` has the results of other values.
_EDIT = 4.5
_SECOND_EDIT = 5.5
_FIRST_LETTER = 3.0
_SPLIT = 2.0
_JOIN = 4.0
_KNOWN = 3.0
"""Discount on the cost of a known word as written: known words are rarely typos."""
_UNKNOWN = 28.0
_FAR_FETCHED = 19.0
"""Maximum cost of a word not in the knowledge base, about one in a million; else unknown names become rare words."""
_WEIGHT = 0.6
"""Weight of either the knowledge base or the language in the likelihood of a word."""

_COMMONEST = 0.06
"""Approximate share of the commonest word ("the") among all words."""
_LEAST_SLIP = _EDIT - log(_WEIGHT * _COMMONEST)
"""Cost below which a word is kept as written: no correction can be likely enough."""

_Reading = tuple[float, tuple[str, ...]]
"""Cost, and words."""


class Spelling:
    """Replaces words that neither the knowledge base nor the language has by the likeliest known ones.

    Readings are: words one edit away (a swap is one edit), in a long word two; two or three words written as one, the
    outer one of two with at most one edit; one word written as two. Words with digits are not corrected, because an
    error code is right or wrong.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._neighbours = Neighbours(vocabulary)

    def repair(self, words: Sequence[str]) -> list[str]:
        """Return the words of the likeliest reading. Uncorrected words are unchanged; forms of the index are folded."""
        has = self._vocabulary.has
        forms = [fold(word) for word in words]
        known = [has(form) or form in FOLDED_ASKING or is_sign(form) for form in forms]
        if all(known):
            return list(words)
        joined = {
            place: reading
            for place, (one, other) in enumerate(pairwise(words))
            if not (known[place] and known[place + 1])
            for reading in self._joined(one + other, with_edit=not (known[place] or known[place + 1]))
        }
        readings: list[_Reading] = [(0.0, ()), *[(inf, ())] * len(words)]
        for place, word in enumerate(words):
            cost, before = readings[place]
            # The common part of all readings need not be weighed.
            has_rival = not known[place] or place in joined or place - 1 in joined
            own, parts = self._read(word) if has_rival else (0.0, (word,))
            if cost + own < readings[place + 1][0]:
                readings[place + 1] = cost + own, before + parts
            if place in joined:
                own, parts = joined[place]
                readings[place + 2] = cost + own, before + parts
        return list(readings[-1][1])

    def _joined(self, word: str, *, with_edit: bool) -> list[_Reading]:
        """Return the reading of two written words as one; none if there is no such word."""
        form = fold(word)
        if not form.isalpha() or len(form) > LONGEST:
            return []
        cost = self._cost_of_part(word)
        if cost < inf:
            return [(_JOIN + cost, (word,))]
        near = self._neighbours.of(form) if with_edit else ()
        return [min((_JOIN + self._slip(other, form), (other,)) for other in near)] if near else []

    def _read(self, word: str) -> _Reading:
        form = fold(word)
        as_it_is: _Reading = self._cost_as_it_is(word), (word,)
        if self._vocabulary.has(form):
            return as_it_is
        if not form.isalpha():
            return _UNKNOWN, (word,)
        if not _SHORTEST <= len(form) <= LONGEST:
            return as_it_is
        near = [(self._slip(other, form), (other,)) for other in self._neighbours.of(form)]
        if near:
            best = min([as_it_is, *near])
            return min([best, *self._splits(word, best[0], self._cost_in_knowledge)])
        best = self._read_by_language(word, as_it_is)
        if best[0] >= _UNKNOWN and len(form) >= _LONG:
            two = [(self._slip(other, form) + _SECOND_EDIT, (other,)) for other in self._two_edits_away(form)]
            best = min([best, *two])
        return best

    def _read_by_language(self, word: str, best: _Reading) -> _Reading:
        """Return a better reading with words that the knowledge base lacks, if there is one."""
        if not (is_cyrillic(word) or is_latin(word)):
            return best
        if len(word) >= _SHORTEST_HALF and best[0] >= _LEAST_SLIP:
            near = [(self._slip(other, word), (other,)) for other in self._near_in_language(word)]
            best = min([best, *[reading for reading in near if reading[0] < _FAR_FETCHED]])
        if self._vocabulary.share_of_language(word):
            return best
        return min([best, *self._splits(word, best[0], self._cost_of_part, 3)])

    def _cost_as_it_is(self, word: str) -> float:
        share = self._likelihood(word) or _WEIGHT * self._vocabulary.share_of_stem(word)
        return min(-log(share) - _KNOWN, _UNKNOWN) if share else _UNKNOWN

    def _slip(self, meant: str, written: str) -> float:
        likelihood = _WEIGHT * self._vocabulary.share(meant) or self._likelihood(meant)
        return _EDIT + (_FIRST_LETTER if meant[0] != written[0] else 0.0) - log(likelihood)

    def _likelihood(self, word: str) -> float:
        """Return the share of the word among all words, by the knowledge base and the language."""
        return _WEIGHT * (self._vocabulary.share(word) + self._vocabulary.share_of_language(word))

    def _near_in_language(self, word: str) -> Iterator[str]:
        for lang in self._vocabulary.langs_of(word):
            yield from Frequencies.load().one_edit_away(word, lang)

    def _two_edits_away(self, form: str) -> list[str]:
        word = self._vocabulary.words([(form, form)])[0]
        cosines = word.shared * self._vocabulary.form_scale.take(word.near)
        likest = word.near[np.argsort(-cosines, kind="stable")[:_LOOKED_AT]]
        choices = [self._vocabulary.forms[number] for number in likest]
        near = process.extract(form, choices, scorer=OSA.distance, score_cutoff=2, limit=None)
        return [choice for choice, _, _ in near if len(choice) >= _LONG - 2 and choice.isalpha()]

    def _splits(self, word: str, below: float, cost_of: Callable[[str], float], most: int = 2) -> Iterator[_Reading]:
        """Return readings as two words, at most so many: at least those that cost less than `below`."""
        for cut in range(1, len(word)):
            left, right = word[:cut], word[cut:]
            before, after = cost_of(left), cost_of(right)
            if _SPLIT + min(before, after) >= below:
                continue
            if before < inf and after < inf:
                yield _SPLIT + before + after, (left, right)
            elif _SPLIT + _EDIT + min(before, after) >= below:
                continue
            elif before < inf and len(right) >= _SHORTEST_HALF:
                for near in self._neighbours.of(fold(right)):
                    yield _SPLIT + before + self._slip(near, fold(right)), (left, near)
                if most > 2:
                    for cost, parts in self._splits(right, below - _SPLIT - before, cost_of, most - 1):
                        yield _SPLIT + before + cost, (left, *parts)
            elif after < inf and len(left) >= _SHORTEST_HALF:
                for near in self._neighbours.of(fold(left)):
                    yield _SPLIT + after + self._slip(near, fold(left)), (near, right)

    def _cost_in_knowledge(self, part: str) -> float:
        return -log(self._likelihood(part)) if self._vocabulary.has(fold(part)) else inf

    def _cost_of_part(self, part: str) -> float:
        """Return the cost of a known word in this form; a single letter must be a word of the knowledge base."""
        if not self._vocabulary.has(fold(part)) and (len(part) == 1 or not self._vocabulary.share_of_language(part)):
            return inf
        return -log(self._likelihood(part))
