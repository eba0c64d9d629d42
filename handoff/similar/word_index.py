"""An index of short texts by their stems: finds those that say the same, also in other forms and another order."""

from collections import Counter, defaultdict
from math import log

from knowledge.matching import ASKING, alike, lower, stem, words

_SAME = 0.75
"""Least share of each text's weighted words that the other has, too."""
_TELLING = 0.6
"""Share of the weight by whose words texts are found."""
_COMPARED = 100
"""Texts with the most words in common, which are compared in detail."""
_WITH_TYPOS = 0.3
"""Least such share where typos are looked for, which takes longer."""
_READ = 100
"""Words of a text that are read."""
_COMMON = 20_000
"""A word in more texts than this finds none by itself."""


class WordIndex:
    """Texts by number. It is not thread-safe."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._stems: dict[int, frozenset[str]] = {}
        self._holders: defaultdict[str, set[int]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, number: int, text: str, language: str) -> None:
        """Add a text, or replace the one of this number; one without words is left out."""
        if self._texts.get(number) == text:
            return
        self.drop(number)
        stems = _stems(text, language)
        if not stems:
            return
        self._texts[number], self._stems[number] = text, stems
        for word in stems:
            self._holders[word].add(number)

    def drop(self, number: int) -> None:
        """Remove the text of this number, if there is one."""
        self._texts.pop(number, None)
        for word in self._stems.pop(number, ()):
            holders = self._holders[word]
            holders.discard(number)
            if not holders:
                del self._holders[word]

    def find_same(self, text: str, language: str) -> tuple[int, ...]:
        """Return the numbers of texts that say the same, the most similar first; equal ones by number."""
        asked = _stems(text, language)
        shared: Counter[int] = Counter()
        for word in self._rarest(asked):
            shared.update(self._holders[word])
        found = []
        for number, _ in shared.most_common(_COMPARED):
            likeness = min(self._share(asked, self._stems[number]), self._share(self._stems[number], asked))
            if likeness >= _SAME and _numbers(text) == _numbers(self._texts[number]):
                found.append((likeness, number))
            elif likeness >= _WITH_TYPOS and alike(text, self._texts[number]):
                found.append((_SAME, number))
        return tuple(number for _, number in sorted(found, key=lambda one: (-one[0], one[1])))

    def _rarest(self, asked: frozenset[str]) -> list[str]:
        """Return the known words that make up most of the weight, rarest first: a text without any differs."""
        known = sorted((word for word in asked if word in self._holders), key=lambda word: len(self._holders[word]))
        whole, found, weight = sum(map(self._weight, known)), list[str](), 0.0
        for word in known:
            if found and (weight >= _TELLING * whole or len(self._holders[word]) > _COMMON):
                break
            found.append(word)
            weight += self._weight(word)
        return found

    def _share(self, some: frozenset[str], others: frozenset[str]) -> float:
        """Return the share of the words, weighted by their rarity, that the others contain."""
        whole = sum(map(self._weight, some))
        return sum(map(self._weight, some & others)) / whole if whole else 0.0

    def _weight(self, word: str) -> float:
        return log(1 + (len(self._texts) + 1) / (len(self._holders.get(word, ())) + 1))


def _stems(text: str, language: str) -> frozenset[str]:
    """Return the stems of the words; of a text of question words alone, those."""
    found = words(lower(text))[:_READ]
    telling = [word for word in found if word not in ASKING]
    return frozenset(stem(word, language) for word in telling or found)


def _numbers(text: str) -> list[str]:
    return sorted(word for word in words(text) if any(map(str.isdigit, word)))
