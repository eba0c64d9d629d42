"""Admins set office hours and days off; each change is in the audit log."""

from datetime import date

import pytest

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role
from handoff.tickets.promises.calendar import OfficeCalendar, read_calendar
from tests.office import Office

PAGE = "/desk/settings/hours"
WEEK = {"zone": "Europe/Moscow", "day-0": "9-18", "day-1": "9:00–13:00, 14-18:30", "day-6": "0-24"}


async def actions(office: Office) -> list[tuple[AuditAction, dict[str, str | int]]]:
    log = AuditLog(office.clock)
    found = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    return [(entry.action, entry.details) for entry in found]


async def test_hours_are_saved_as_people_write_them(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        assert "If no hours are set, time counts around the clock." in (await admin.get(PAGE)).text
        done = await admin.client.post(PAGE, data={"csrf": admin.csrf, **WEEK})
        page = (await admin.get(done.headers["location"])).text
        assert "The office hours are saved." in page
        for value in ("Europe/Moscow", "9:00–18:00", "9:00–13:00, 14:00–18:30", "0:00–24:00"):
            assert f'value="{value}"' in page
    calendar = await office.database.read(read_calendar)
    assert calendar == OfficeCalendar(
        "Europe/Moscow", ("9:00–18:00", "9:00–13:00, 14:00–18:30", "", "", "", "", "0:00–24:00")
    )
    assert await actions(office) == [
        (AuditAction.HOURS_CHANGED, {"zone": "Europe/Moscow", "open_minutes": 540 + 510 + 1440})
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"day-1": "from nine"}, "Tuesday: write the hours as 9:00–13:00, 14:00–18:00."),
        ({"day-1": "22:00-2:00"}, "Tuesday: hours end by 24:00; write those after midnight on the next day."),
        ({"zone": "Moscow"}, "Choose a time zone from the list, for example Europe/Moscow."),
    ],
)
async def test_a_mistake_is_named_and_what_was_typed_is_kept(
    office: Office, wrong: dict[str, str], sentence: str
) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        refused = await admin.client.post(PAGE, data={"csrf": admin.csrf, **WEEK, **wrong})
        assert refused.status_code == 422
        assert sentence in refused.text
        for typed in (WEEK | wrong).values():
            assert f'value="{typed}"' in refused.text
    assert await office.database.read(read_calendar) == OfficeCalendar()
    assert await actions(office) == []


async def test_days_off_are_added_and_removed(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        day = f"{office.clock().year + 1}-01-01"
        await admin.sends(f"{PAGE}/holidays", day=day, name="New <Year>")
        page = (await admin.get(PAGE)).text
        assert "New &lt;Year&gt;" in page
        for day_typed, name in (("1 January", "x"), (day, ""), (day, "x" * 101)):
            refused = await admin.sends(f"{PAGE}/holidays", day=day_typed, name=name)
            assert refused.status_code == 422
        saved = await office.database.read(read_calendar)
        assert saved.holidays == ((date.fromisoformat(day), "New <Year>"),)
        await admin.sends(f"{PAGE}/holidays/remove", day=day)
        await admin.sends(f"{PAGE}/holidays/remove", day=day)
    assert (await office.database.read(read_calendar)).holidays == ()
    assert [action for action, _ in await actions(office)] == [AuditAction.HOLIDAY_REMOVED, AuditAction.HOLIDAY_SAVED]
