"""Read a date as people write it: numbers, names of months, "yesterday", in every language at once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.languages import LANGUAGES
from knowledge.matching import fold, lower

_ALL = tuple(LANGUAGES.values())
_NUMBERS = re.compile(
    r"(?<![\d.:/-])(?:(\d{4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,2})\.?"
    r"|(\d{1,2})\s?([./-])\s?(\d{1,2})(?:\s?[./-]\s?(\d{4}|\d{2}))?)(?![\d/:-]|\.\d)"
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b|\b\d{1,2} ?[ap]\.?m\b")
_SPACED = re.compile(r"\b(\d{1,2}) (\d{1,2}) (\d{4})\b")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_SHORT = 3
"""Letters at most of what may stand between a day and its month: "5-го", "5th of"."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_AHEAD = 10
"""How many years ahead of today a year of two digits may lie."""
_DAYS = {fold(lower(word)): offset for language in _ALL for word, offset in language.days.items()}
_MONTHS = [" ".join(names).split() for names in zip(*(language.months for language in _ALL), strict=True)]
_TIMES = tuple(re.compile(pattern) for language in _ALL for pattern in language.times)


@dataclass(frozen=True, slots=True)
class _Day:
    when: date
    start: int
    """Where it stands in the text, from here to before `end`."""
    end: int
    complete: bool = False
    """Its year was written as well."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def number(self) -> int | None:
        return int(self.text) if self.text.isdecimal() and len(self.text) <= len("2026") else None


def read_date(text: str, today: date) -> str | None:
    """Return the date as 31.12.2025, followed by the words where they say more; None if there is none.

    Without a year it is the one that makes the date nearest to `today`. What names a time but no single day ("last
    week", "5 or 6 May") is returned as it is written.
    """
    plain = _SPACED.sub(r"\1.\2.\3", _CLOCK.sub(lambda clock: " " * len(clock[0]), text.lower()))
    tokens = [_Token(found[0], *found.span()) for found in _TOKEN.finditer(plain)]
    days = [*_in_numbers(plain, today), *_by_month(tokens, today)] or list(_relative(tokens, today))
    if not days:
        return text if _names_time(plain, tokens) else None
    day = days[0]
    around = f"{plain[: day.start]} {plain[day.end :]}"
    if len(days) > 1 or any(map(str.isdecimal, around)):
        return text
    written = f"{day.when:%d.%m.%Y}"
    return written if day.complete and not _WORD.search(around) else f"{written} ({text})"


def _in_numbers(plain: str, today: date) -> Iterator[_Day]:
    for found in _NUMBERS.finditer(plain):
        long_year, month, day, first, sign, second, year = found.groups()
        if first is None:
            when = _date(int(long_year), int(month), int(day), today)
        else:
            when = _date(_year(year, today), int(second), int(first), today)
            if when is None and sign == "/":  # month first, as in American English
                when = _date(_year(year, today), int(first), int(second), today)
        if when is not None:
            yield _Day(when, *found.span(), complete=bool(long_year or year))


def _by_month(tokens: list[_Token], today: date) -> Iterator[_Day]:
    for place, token in enumerate(tokens):
        month = _month(token)
        if month is None:
            continue
        before, after = _number_beside(tokens, place, -1), _number_beside(tokens, place, 1)
        day = next((tokens[at] for at in (before, after) if at is not None and _is_day(tokens[at])), None)
        if day is None:
            continue
        last = place if after is None else after
        beside = (before, after, _number_beside(tokens, last, 1))
        year = next((tokens[at] for at in beside if at is not None and len(tokens[at].text) == len("2026")), None)
        year = year if year is not None and year.number else None
        used = [one for one in (token, day, year) if one is not None]
        when = _date(year.number if year else None, month, day.number or 0, today)
        if when is not None:
            yield _Day(when, min(one.start for one in used), max(one.end for one in used), year is not None)


def _relative(tokens: list[_Token], today: date) -> Iterator[_Day]:
    for token in tokens:
        offset = _DAYS.get(fold(lower(token.text)))
        if offset is not None:
            yield _Day(today + timedelta(days=offset), token.start, token.end)


def _names_time(plain: str, tokens: list[_Token]) -> bool:
    """Decide whether the words name a time or a month. A name of three Latin letters may be another word ("may")."""
    if any(_month(token) and (len(token.text) > _SHORT or not token.text.isascii()) for token in tokens):
        return True
    folded = " ".join(fold(word) for word in lower(plain).split())
    return any(pattern.search(folded) for pattern in _TIMES)


def _month(token: _Token) -> int | None:
    for number, names in enumerate(_MONTHS, 1):
        if any(token.text == name[:-1] if name.endswith("$") else token.text.startswith(name) for name in names):
            return number
    return None


def _number_beside(tokens: list[_Token], place: int, step: int) -> int | None:
    """Return the place of the number next to `place`, or behind two short words at most."""
    for at in (place + step, place + 2 * step, place + 3 * step):
        if not 0 <= at < len(tokens):
            return None
        if tokens[at].number is not None:
            return at
        if len(tokens[at].text) > _SHORT:
            return None
    return None


def _is_day(token: _Token) -> bool:
    return len(token.text) <= len("31") and 1 <= (token.number or 0) <= 31


def _year(digits: str | None, today: date) -> int | None:
    if digits is None:
        return None
    year = int(digits)
    if len(digits) > len("26"):
        return year
    century = today.year - today.year % 100
    return century + year if century + year <= today.year + _AHEAD else century - 100 + year


def _date(year: int | None, month: int, day: int, today: date) -> date | None:
    """Return the date; without a year the nearest one to `today`; None if it does not exist."""
    found = []
    for candidate in (year,) if year is not None else (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(candidate, month, day))
        except ValueError:
            continue
    return min(found, key=lambda one: abs(one - today), default=None)
