"""Targets of a category: how long its first and its next answers may take."""

import re
from dataclasses import dataclass

LONGEST = 30 * 24 * 60
"""Minutes of the longest target."""
_MINUTES = {"min": 1, "h": 60, "d": 1440}
_TARGET = re.compile(r"([0-9]{1,5}) ?(min|h|d)")


@dataclass(frozen=True, slots=True)
class Targets:
    """Minutes within which agents aim to answer; None where the category has no target of its own."""

    first: int | None = None
    """From the question to the first answer."""
    following: int | None = None
    """From the contact's next words to the next answer."""

    def over(self, kept: "Targets") -> "Targets":
        """Return these targets, with those of `kept` where there is none."""
        return Targets(
            kept.first if self.first is None else self.first,
            kept.following if self.following is None else self.following,
        )


NO_TARGETS = Targets()


def parse_target(text: str) -> int:
    """Return the minutes of a target such as `45 min`, `3 h` or `2 d`.

    Raises:
        ValueError: it is none, or it is longer than 30 days.
    """
    found = _TARGET.fullmatch(text.strip().lower())
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    if not 0 < minutes <= LONGEST:
        raise ValueError("must be a time of at most 30 days, such as 45 min, 3 h or 2 d")
    return minutes


def format_target(minutes: int) -> str:
    """Return the target as `parse_target` reads it."""
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
