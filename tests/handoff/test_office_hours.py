"""The arithmetic of office hours, in all time zones with their changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.tickets.promises.office_hours import DAY, Interval, OfficeHours, format_intervals, parse_intervals

MOSCOW, BUDAPEST = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Budapest")
WORKDAYS = (((9 * 60, 18 * 60),),) * 5 + ((),) * 2
ZONES = ["UTC", "Europe/Moscow", "Europe/Budapest", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


def intervals_of(cuts: list[int]) -> tuple[Interval, ...]:
    ordered = sorted(set(cuts))
    return tuple(zip(ordered[::2], ordered[1::2], strict=False))


days = st.lists(st.integers(0, DAY), max_size=6).map(intervals_of)
weeks = st.lists(days, min_size=7, max_size=7).map(tuple).filter(any)
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
offices = st.builds(
    OfficeHours,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    week=weeks,
    holidays=st.dictionaries(dates, st.just("holiday"), max_size=5),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
lengths = st.integers(0, 5 * DAY * 60).map(lambda seconds: timedelta(seconds=seconds))
patient = settings(deadline=None)


@patient
@given(offices, moments, moments, lengths)
def test_who_asks_later_is_due_later(office: OfficeHours, one: datetime, other: datetime, length: timedelta) -> None:
    first, second = sorted((one, other))
    assert first <= office.add(first, length) <= office.add(second, length)


@patient
@given(offices, moments, lengths, lengths)
def test_a_longer_target_is_due_later(office: OfficeHours, start: datetime, one: timedelta, other: timedelta) -> None:
    short, long = sorted((one, other))
    assert office.add(start, short) <= office.add(start, long)


@patient
@given(offices, moments, lengths)
def test_nothing_is_due_while_the_office_is_closed(office: OfficeHours, start: datetime, length: timedelta) -> None:
    """The minute before a due time is open time, unless nothing had to pass."""
    due = office.add(start, length)
    moment = timedelta(seconds=1)
    if length >= moment:
        assert office.open_between(due - moment, due) == moment
    else:
        assert office.opening(due) == due or office.open_between(due - moment, due) == moment


@patient
@given(offices, moments, lengths, lengths)
def test_open_time_adds_up(office: OfficeHours, start: datetime, one: timedelta, other: timedelta) -> None:
    due = office.add(start, one)
    assert office.open_between(start, due) == one
    assert office.open_between(start, office.add(due, other)) == one + other
    if other:
        assert office.add(due, other) == office.add(start, one + other)


@patient
@given(offices, moments)
def test_an_opening_is_open_and_what_lies_before_is_closed(office: OfficeHours, at: datetime) -> None:
    opening, closing = office.opening(at), office.closing(at)
    assert at <= opening < closing
    assert office.open_between(at, opening) == timedelta()
    assert office.open_between(opening, closing) == closing - opening


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-30 10:00", "2026-11-30 13:00"),  # a Monday
        ("2026-11-30 07:00", "2026-11-30 12:00"),
        ("2026-11-30 16:00", "2026-12-01 10:00"),
        ("2026-11-30 22:00", "2026-12-01 12:00"),
        ("2026-12-04 17:00", "2026-12-08 11:00"),  # Friday evening, and Monday is a holiday
        ("2026-12-05 12:00", "2026-12-08 12:00"),
    ],
)
def test_three_hours_of_a_desk_that_works_from_nine_to_six(asked: str, due: str) -> None:
    office = OfficeHours(MOSCOW, WORKDAYS, {date(2026, 12, 7): "a day off"})
    start = datetime.fromisoformat(asked).replace(tzinfo=MOSCOW)
    assert office.add(start, timedelta(hours=3)).astimezone(MOSCOW) == datetime.fromisoformat(due).replace(
        tzinfo=MOSCOW
    )


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 4), ("2026-03-29", 3), ("2026-10-25", 5)]
)  # the clock is put forward on the second of them, and back on the third
def test_a_night_shift_is_as_long_as_it_really_is(day: str, hours: int) -> None:
    office = OfficeHours(BUDAPEST, (((0, 4 * 60),),) * 7)
    midnight = datetime.fromisoformat(day).replace(tzinfo=BUDAPEST).astimezone(UTC)
    assert office.open_between(midnight, midnight + timedelta(hours=12)) == timedelta(hours=hours)


def test_a_time_that_the_clock_skips_is_the_moment_of_the_change() -> None:
    office = OfficeHours(BUDAPEST, ((),) * 6 + (((150, 300),),))  # Sundays 2:30 to 5:00
    opens = office.opening(datetime(2026, 3, 29, tzinfo=UTC))
    assert opens == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_office_that_never_opens_counts_around_the_clock() -> None:
    start = datetime(2026, 11, 30, tzinfo=UTC)
    assert OfficeHours(MOSCOW, ((),) * 7).add(start, timedelta(hours=3)) == start + timedelta(hours=3)


def test_a_long_target_of_an_office_that_is_rarely_open_is_not_due_before_a_shorter_one() -> None:
    start = datetime(2026, 11, 30, tzinfo=UTC)
    office = OfficeHours(MOSCOW, (((540, 600),),) + ((),) * 6)  # an hour on Mondays
    short, long = (office.add(start, timedelta(days=days)) for days in (4, 30))
    assert start + timedelta(weeks=95) < short <= long


def test_hours_are_written_as_people_write_them() -> None:
    assert parse_intervals(" 14-18, 9:00–13:30 ") == ((540, 810), (840, 1080))
    assert parse_intervals("0:00—24:00") == ((0, DAY),)
    assert parse_intervals("9‑10, 11‐12") == ((540, 600), (660, 720))
    assert parse_intervals("") == ()
    assert format_intervals(((540, 810), (840, DAY))) == "9:00–13:30, 14:00–24:00"


@pytest.mark.parametrize(
    "text", ["9", "9-", "x-18", "18-9", "9-9", "9:60-10", "9:5-10", "25-26", "24:30-25", "9-12,11-13"]
)
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_intervals(text)
