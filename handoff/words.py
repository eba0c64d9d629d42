"""Catalogue of this package: what agents read on their pages, and what contacts read about agents' actions."""

from datetime import timedelta
from math import ceil
from pathlib import Path

from infra.wording import Catalogue
from knowledge.languages import INFLECTIONS

WORDS = Catalogue(Path(__file__).parent / "locale", INFLECTIONS)
_EXACT_MINUTES, _MINUTES, _HOURS = 10, 60, 36
"""Up to these, minutes are counted singly, in fives, and hours; from there on days."""


def duration(language: str, length: timedelta) -> str:
    """Return for example "25 minutes"; rounded up, so that the real wait is more often shorter than longer."""
    minutes = max(1, ceil(length.total_seconds() / 60))
    if minutes > _EXACT_MINUTES:
        minutes = 5 * ceil(minutes / 5)
    if minutes <= _MINUTES:
        return WORDS.plural(language, "{count} minute", "{count} minutes", minutes)
    hours = ceil(minutes / 60)
    if hours <= _HOURS:
        return WORDS.plural(language, "{count} hour", "{count} hours", hours)
    return WORDS.plural(language, "{count} day", "{count} days", ceil(hours / 24))
