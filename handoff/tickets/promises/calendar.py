"""The office hours and holidays that admins set, as rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.messages.rich_text import clean
from handoff.tickets.promises.models import OfficeDay, OfficeHoliday, OfficeZone
from handoff.tickets.promises.office_hours import Interval, OfficeHours, format_intervals, parse_intervals

LONGEST_NAME = 100
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class OfficeCalendar:
    """What is set, for the page that edits it."""

    zone: str = ""
    """Name of the time zone; empty before the hours are set for the first time."""
    week: tuple[str, ...] = ("",) * 7
    """The hours of each day from Monday on, as people write them; empty for a closed day."""
    holidays: tuple[tuple[date, str], ...] = ()
    """Days on which the office is closed, with their names, in order."""


def read_calendar(session: Session) -> OfficeCalendar:
    """Return the calendar."""
    zone = session.scalar(select(OfficeZone.name).limit(1)) or ""
    days = {row.weekday: row.hours for row in session.scalars(select(OfficeDay))}
    named = session.execute(select(OfficeHoliday.day, OfficeHoliday.name).order_by(OfficeHoliday.day))
    holidays = tuple((date.fromisoformat(day), name) for day, name in named if _is_day(day))
    return OfficeCalendar(zone, tuple(days.get(number, "") for number in range(7)), holidays)


def office_hours(session: Session) -> OfficeHours | None:
    """Return the office hours; None if none are set, so that time counts around the clock."""
    calendar = read_calendar(session)
    if not is_zone(calendar.zone) or not any(calendar.week):
        return None
    week = tuple(map(parse_intervals, calendar.week))
    return OfficeHours(ZoneInfo(calendar.zone), week, dict(calendar.holidays))


def save_hours(session: Session, zone: str, week: Sequence[tuple[Interval, ...]]) -> None:
    """Set the weekly hours, from Monday on; promises that are made already keep their due times."""
    session.execute(delete(OfficeDay))
    session.execute(delete(OfficeZone))
    session.add(OfficeZone(id=1, name=zone))
    session.add_all(OfficeDay(weekday=day, hours=format_intervals(hours)) for day, hours in enumerate(week) if hours)
    session.flush()


def save_holiday(session: Session, day: date, name: str) -> None:
    """Close the office on a day, or rename a holiday."""
    row = session.get(OfficeHoliday, day.isoformat()) or OfficeHoliday(day=day.isoformat())
    row.name = " ".join(clean(name).split())[:LONGEST_NAME]
    session.add(row)
    session.flush()


def remove_holiday(session: Session, day: date) -> bool:
    """Open the office on a day as usual; return False if it was no holiday."""
    row = session.get(OfficeHoliday, day.isoformat())
    if row is not None:
        session.delete(row)
    return row is not None


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False


def parse_day(text: str) -> date | None:
    """Return the day of text such as 2026-12-31; None if there is no such day."""
    return date.fromisoformat(text) if _is_day(text) else None


def _is_day(text: str) -> bool:
    if not text.isascii() or not _ISO_DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
