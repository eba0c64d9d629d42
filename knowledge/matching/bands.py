"""The band of a match, and the candidates that are plausible enough to be offered as choices."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from knowledge.matching.values import Band, Thresholds

_PLAUSIBLE = 0.2
"""Minimum confidence of a choice, as a share of the first candidate's."""
MOST_CHOICES = 5
"""Choices that are offered at once."""


class _Rated(Protocol):
    @property
    def confidence(self) -> float: ...


_R = TypeVar("_R", bound=_Rated)


def is_ahead(first: float, second: float) -> bool:
    """Decide whether the first entry is clearly ahead; `second` is the next confidence in its language, 0 for none.

    It is if no other would be a choice beside it.
    A second entry in another language is often the translation of the first.
    """
    return second < _PLAUSIBLE * first


def decide_band(
    confidence: float, thresholds: Thresholds, *, ahead: bool, held_back: bool = False, held: bool = False
) -> Band:
    """Return the band of a match by the confidence of its first candidate.

    A `held_back` match is never answered. If a phrasing holds the whole question (`held`), choices are offered at any
    confidence.
    """
    if confidence >= thresholds.answer and not held_back:
        return Band.ANSWER
    if confidence >= thresholds.likely and ahead and not held_back:
        return Band.LIKELY
    if confidence >= thresholds.suggest or (held and thresholds.suggest < 1.0):
        return Band.SUGGEST
    return Band.NONE


def keep_plausible(candidates: Sequence[_R]) -> tuple[_R, ...]:
    """Return the candidates that may be offered as choices; `candidates` are best first."""
    least = candidates[0].confidence * _PLAUSIBLE if candidates else 0.0
    return tuple(candidate for candidate in candidates if candidate.confidence >= least)
