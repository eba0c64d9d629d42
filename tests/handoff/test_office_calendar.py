"""Targets count office hours where these are set, and contacts read the resulting time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.views.wait_times import forecast, overdue_forecast
from handoff.tickets.promises.calendar import office_hours, read_calendar, remove_holiday, save_holiday, save_hours
from handoff.tickets.promises.office_hours import parse_intervals
from handoff.tickets.reminders.caretaker import Caretaker
from handoff.tickets.reminders.overdue_notices import OverdueNotices
from handoff.tickets.wait_estimate import FEWEST, outlook_of
from tests.handoff.floor import Floor
from tests.handoff.test_caretaker import said
from tests.handoff.test_promises import category

MOSCOW = "Europe/Moscow"
WORKDAYS = (parse_intervals("9:00–18:00"),) * 5 + ((), ())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(MOSCOW))


async def opens_from_nine_to_six(floor: Floor, now: str) -> None:
    await floor.do(lambda session: save_hours(session, MOSCOW, WORKDAYS))
    await category(floor, "music", 180, 60)
    floor.clock.now = local(now)


async def forecasts(floor: Floor, language: str) -> tuple[str, ...]:
    outlook = await floor.database.read(lambda session: outlook_of(session, "music", floor.clock()))
    return forecast(language, outlook)


async def test_a_question_is_due_in_office_hours(floor: Floor) -> None:
    await opens_from_nine_to_six(floor, "2026-12-04 17:00")  # a Friday
    await floor.do(lambda session: save_holiday(session, date(2026, 12, 7), "a day off"))
    number = await floor.asks()
    assert (await floor.ticket(number)).due_at == local("2026-12-09 11:00")  # twelve hours: 1, 9 on Tuesday, 2
    assert await floor.do(lambda session: remove_holiday(session, date(2026, 12, 7)))
    assert (await floor.ticket(number)).due_at == local("2026-12-09 11:00")  # what was promised stays
    again = await floor.asks()
    assert (await floor.ticket(again)).due_at == local("2026-12-08 11:00")


async def test_without_hours_time_counts_around_the_clock(floor: Floor) -> None:
    assert await floor.database.read(office_hours) is None
    await floor.do(lambda session: save_hours(session, MOSCOW, ((),) * 7))
    assert await floor.database.read(office_hours) is None
    calendar = await floor.database.read(read_calendar)
    assert (calendar.zone, calendar.week) == (MOSCOW, ("",) * 7)


@pytest.mark.parametrize(
    ("now", "language", "expected"),
    [
        ("2026-11-30 22:00", "en", ["We aim to answer tomorrow after 9:00, by 12:00 at the latest."]),
        ("2026-11-30 22:00", "ru", ["Постараемся ответить завтра после 9:00, не позже 12:00."]),
        ("2026-11-30 22:00", "hu", ["Igyekszünk holnap 9:00 után, legkésőbb 12:00-ig válaszolni."]),
        ("2026-11-30 07:10", "en", ["We aim to answer today after 9:00, by 12:00 at the latest."]),
        ("2026-12-05 12:00", "ru", ["Постараемся ответить в понедельник после 9:00, не позже 12:00."]),
        ("2026-11-30 17:12", "en", ["We aim to answer tomorrow, by 11:15 at the latest."]),
        ("2026-11-30 10:00", "en", ["We aim to answer within 3 hours."]),
    ],
)
async def test_the_contact_reads_the_resulting_time(floor: Floor, now: str, language: str, expected: list[str]) -> None:
    await opens_from_nine_to_six(floor, now)
    assert list(await forecasts(floor, language)) == expected


async def test_a_date_is_named_where_the_weekday_would_not_do(floor: Floor) -> None:
    await opens_from_nine_to_six(floor, "2026-12-31 17:00")
    await category(floor, "music", 600, None)
    for day in range(1, 12):
        await floor.do(lambda session, day=day: save_holiday(session, date(2027, 1, day), "New Year"))  # type: ignore[misc]
    assert await forecasts(floor, "ru") == ("Постараемся ответить 12 января, не позже 18:00.",)
    floor.clock.now = local("2026-12-31 19:00")
    assert await forecasts(floor, "en") == (
        "We are back on January 12 after 9:00.", "We aim to answer on January 13, by 10:00 at the latest.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "We aim to answer on January 5, 2028 after 9:00, by 12:00 at the latest."),
        ("ru", "Постараемся ответить 5 января 2028\u202fг. после 9:00, не позже 12:00."),
        ("hu", "Igyekszünk 2028. január 5. 9:00 után, legkésőbb 12:00-ig válaszolni."),
    ],
)
async def test_a_far_date_has_its_year(floor: Floor, language: str, expected: str) -> None:
    await opens_from_nine_to_six(floor, "2026-12-31 19:00")
    for day in range(369):
        closed = date(2027, 1, 1) + timedelta(days=day)
        await floor.do(lambda session, closed=closed: save_holiday(session, closed, "Repairs"))  # type: ignore[misc]
    assert await forecasts(floor, language) == (expected,)


async def test_the_usual_wait_is_named_only_while_the_office_stays_open_for_it(floor: Floor) -> None:
    await opens_from_nine_to_six(floor, "2026-11-30 12:00")
    maria = await floor.agent("Maria")
    for _ in range(FEWEST):
        number = await floor.asks()
        floor.clock.passes(minutes=20)
        await floor.answers(number, maria, "like this")
    assert await forecasts(floor, "en") == ("We usually answer within 20 minutes.",)
    floor.clock.now = local("2026-11-30 17:50")
    assert await forecasts(floor, "en") == ("We aim to answer tomorrow, by 11:50 at the latest.",)


async def test_a_contact_is_informed_once_the_open_time_has_passed(floor: Floor) -> None:
    await opens_from_nine_to_six(floor, "2026-11-30 17:00")
    overdue = OverdueNotices(floor.outbox, floor.bus, floor.clock, overdue_forecast)
    caretaker = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock, {"question": overdue})
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    floor.clock.passes(hours=18)  # of which three were open
    await caretaker.look()
    assert await said(floor, contact) == []
    floor.clock.passes(days=1)
    await caretaker.look()
    assert await said(floor, contact) == [
        f"There is no answer to your question #{number} yet. We are sorry for the wait.\n"
        "We aim to answer tomorrow, by 14:00 at the latest."
    ]


async def test_promises_are_due_by_the_wall_clock_across_a_change(floor: Floor) -> None:
    await floor.do(lambda session: save_hours(session, "Europe/Budapest", WORKDAYS))
    floor.clock.now = datetime.fromisoformat("2026-03-27T17:00+01:00")  # the Friday before summer time
    number = await floor.asks()
    due = (await floor.ticket(number)).due_at
    assert due == datetime.fromisoformat("2026-03-31T11:00+02:00")
    assert due - floor.clock() == timedelta(days=3, hours=17)
