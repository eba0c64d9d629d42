"""Arithmetic of office hours: pure, in aware moments, right across changes to and from daylight saving time.

An interval is local time from an opening to a closing. A local time that a change skips counts as the moment of the
change; one that occurs twice counts as its first occurrence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

DAY = 24 * 60
"""Minutes of a day; as a closing, midnight at its end."""
_SEARCHED = 800
"""Days within which the office has to open; without any opening, time counts around the clock."""
_EXACT = timedelta(seconds=1)
_EVERY_DAY = MappingProxyType[date, str]({})

Interval = tuple[int, int]
"""Opening and closing in minutes of the local day."""


class PastMidnightError(ValueError):
    """Hours of a day go on after midnight."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Weekly office hours in a time zone."""

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    """The intervals of each day from Monday on, in order and without overlap."""
    holidays: Mapping[date, str] = field(default_factory=lambda: _EVERY_DAY)
    """Days on which the office is closed, with their names."""

    def add(self, start: datetime, length: timedelta) -> datetime:
        """Return the first moment at which the office was open for `length` since `start`.

        For no length at all, this is `start` or the next opening. The latest moment is the last closing within
        `_SEARCHED` days; without any, time counts around the clock.
        """
        left, latest = length, start + length
        for opens, closes in self._intervals(start):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left, latest = left - (closes - begins), max(closes, latest)
        return latest

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how long the office is open from `start` to `end`."""
        total = timedelta()
        for opens, closes in self._intervals(start):
            if opens >= end:
                break
            total += min(closes, end) - max(opens, start)
        return total

    def opening(self, at: datetime) -> datetime:
        """Return `at` if the office is open, else the next opening."""
        for opens, closes in self._intervals(at):
            if at < closes:
                return max(opens, at)
        return at

    def closing(self, at: datetime) -> datetime:
        """Return the end of the interval that `opening` returns the beginning of."""
        for _, closes in self._intervals(at):
            if at < closes:
                return closes
        return at

    def _intervals(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the intervals that end at `start` or later, in UTC; adjoining ones are separate."""
        start = start.astimezone(UTC)
        first = start.astimezone(self.zone).date() - timedelta(days=1)
        for number in range(_SEARCHED):
            day = first + timedelta(days=number)
            if day in self.holidays:
                continue
            for opens, closes in self.week[day.weekday()]:
                begins, ends = self._moment(day, opens), self._moment(day, closes)
                if begins < ends and start <= ends:
                    yield begins, ends

    def _moment(self, day: date, minute: int) -> datetime:
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        found = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if found.astimezone(self.zone).replace(tzinfo=None) == wall:
            return found
        later = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return self._change(min(found, later), max(found, later))

    def _change(self, before: datetime, after: datetime) -> datetime:
        """Return when the zone's offset changes between two moments."""
        old = before.astimezone(self.zone).utcoffset()
        while after - before > _EXACT:
            middle = before + (after - before) / 2
            if middle.astimezone(self.zone).utcoffset() == old:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)


def parse_intervals(text: str) -> tuple[Interval, ...]:
    """Return the intervals of a day from text such as `9:00–13:00, 14:00–18:00`; empty text is a closed day.

    Raises:
        PastMidnightError: an interval ends before it begins, as hours over midnight do.
        ValueError: it is not of this form, or the intervals overlap.
    """
    found = sorted(_interval(part) for part in text.replace(";", ",").split(",") if part.strip())
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        raise ValueError("the intervals overlap")
    return tuple(found)


def format_intervals(intervals: tuple[Interval, ...]) -> str:
    """Return the intervals as `parse_intervals` reads them."""
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in intervals)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _interval(text: str) -> Interval:
    for dash in "–—−‐‑":
        text = text.replace(dash, "-")
    opens, _, closes = text.partition("-")
    interval = _minute(opens), _minute(closes)
    if interval[0] > interval[1]:
        raise PastMidnightError("an interval ends by 24:00")
    if interval[0] == interval[1]:
        raise ValueError("an interval ends after its beginning")
    return interval


def _minute(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdecimal() and len(hours) <= 2):
        raise ValueError("a time of day is written as 9:00")
    if minutes and not (minutes.isascii() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError("a time of day is written as 9:00")
    minute = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or minute > DAY:
        raise ValueError("a time of day is written as 9:00")
    return minute
