"""Similarity of two messages by their words alone, without a knowledge base."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from knowledge.matching.text.normalised import clip, fold, lower, words

_ALIKE = 0.86
"""Minimum similarity. A typo or another word order stays above it, another subject falls below."""


def alike(one: str, other: str) -> bool:
    """Return whether the words are the same except for order, case, accents and a few typos; numbers must be equal."""
    first, second = _words(one), _words(other)
    if not first or not second or _numbers(first) != _numbers(second):
        return False
    return min(_held(first, second), _held(second, first)) >= _ALIKE


def is_slip(one: str, other: str) -> bool:
    """Return whether two words differ by at most one letter: changed, missing, added or swapped with its neighbour."""
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _held(some: Sequence[str], others: Sequence[str]) -> float:
    """Return the share of the letters of some words that the others contain, each in its most similar word."""
    nearest: list[float] = process.cdist(some, others, scorer=fuzz.ratio).max(axis=1).tolist()
    return sum(near * len(word) for near, word in zip(nearest, some, strict=True)) / sum(map(len, some)) / 100


def _words(text: str) -> list[str]:
    return [fold(word) for word in words(lower(clip(text)))]


def _numbers(found: list[str]) -> list[str]:
    return sorted(word for word in found if any(map(str.isdigit, word)))
