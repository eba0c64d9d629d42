"""Snoozing from the page of a question: the menu's times in the agent's zone, the filter, and what the pages show."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from handoff.dashboard.content.snooze_times import offer_times, read_time
from handoff.errors import BadTimeError
from handoff.models import Ticket
from tests.office import Browser, Office

MOSCOW, NEW_YORK = ZoneInfo("Europe/Moscow"), ZoneInfo("America/New_York")
SATURDAY = datetime(2026, 11, 21, 23, 30, tzinfo=ZoneInfo("UTC"))  # Sunday, 02:30 in Moscow


async def snoozed_until(office: Office, number: int) -> str:
    at = await office.database.read(lambda session: session.get_one(Ticket, number).snoozed_until)
    return at.isoformat() if at else ""


def in_zone(browser: Browser, name: str) -> None:
    browser.client.cookies.set("frontdesk_zone", name)


@pytest.mark.parametrize(
    ("zone", "until", "expected"),
    [
        ("", "hour", "2026-11-22T13:00:00+00:00"),
        ("", "afternoon", "2026-11-22T14:00:00+00:00"),
        ("", "tomorrow", "2026-11-23T09:00:00+00:00"),
        ("", "monday", "2026-11-23T09:00:00+00:00"),
        ("Europe/Moscow", "tomorrow", "2026-11-23T06:00:00+00:00"),
        ("Asia/Tokyo", "monday", "2026-11-23T00:00:00+00:00"),
        ("America/New_York", "afternoon", "2026-11-22T19:00:00+00:00"),
        ("no/such/zone", "tomorrow", "2026-11-23T09:00:00+00:00"),
        ("Europe", "tomorrow", "2026-11-23T09:00:00+00:00"),
        ("../../etc/passwd", "tomorrow", "2026-11-23T09:00:00+00:00"),
    ],
)
async def test_a_time_of_day_is_the_agents_own(office: Office, zone: str, until: str, expected: str) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        in_zone(browser, zone)
        assert (await browser.sends(f"/desk/tickets/{number}/snooze", until=until)).status_code == 303
    assert await snoozed_until(office, number) == expected


@pytest.mark.parametrize("script", [False, True])
async def test_a_snoozed_question_stands_under_its_own_filter(office: Office, script: bool) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser:
        in_zone(browser, "Europe/Moscow")
        answer = await browser.sends(f"{path}/snooze", script=script, until="chosen", at="2026-12-24T18:30")
        assert answer.status_code == (200 if script else 303)
        assert 'class="row-question"' not in (await browser.get("/desk")).text
        assert 'class="row-question"' not in (await browser.get("/desk?show=mine")).text
        page = (await browser.get("/desk?show=snoozed")).text
        assert re.search(r'aria-current="true">Snoozed <b>1</b>', page)
        time = '<time datetime="2026-12-24T15:30:00+00:00" data-moment>2026-12-24 15:30 UTC</time>'
        assert time in page.partition('class="rows"')[2]
        page = (await browser.get(path)).text
        assert f"Snoozed until {time}" in page
        assert f"Olga snoozed the question until {time}" in page
        assert (await browser.get("/desk?q=page")).text.count('class="row-question"') == 1  # a search finds it
        await browser.sends(f"{path}/wake", script=script)
        page = (await browser.get("/desk")).text
        assert page.count('class="row-question"') == 1
        assert "Olga ended the snooze" in (await browser.get(path)).text


async def test_until_the_contact_writes(office: Office) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser:
        await browser.sends(f"{path}/snooze", until="reply")
        page = (await browser.get(path)).text
        assert "Snoozed until the contact writes" in page
        assert "Olga snoozed the question until the contact writes" in page
        assert "until the contact writes</span>" in (await browser.get("/desk?show=snoozed")).text
        write, desk = office.database.write, office.desk
        await write(lambda session: desk.join(session, session.get_one(Ticket, number)))
        assert "The snooze is over: the question is back in the queue" in (await browser.get(path)).text


BAD = ["", "soon", "2026-11-22T05:00", "9999-12-31T23:59", "0001-01-01T00:00"]


@pytest.mark.parametrize(("until", "at"), [*(("chosen", at) for at in BAD), ("nonsense", ""), ("", "")])
@pytest.mark.parametrize("zone", ["", "Asia/Tokyo", "America/New_York"])
async def test_a_bad_time_is_one_sentence(office: Office, until: str, at: str, zone: str) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        in_zone(browser, zone)
        answer = await browser.sends(f"/desk/tickets/{number}/snooze", until=until, at=at)
        assert answer.status_code == 422
        assert "Choose a time in the future, at most a year ahead." in answer.text
    assert await snoozed_until(office, number) == ""


async def test_the_menu_is_for_who_may_use_it(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser, office.signed_in(boris) as other:
        assert 'id="snooze-menu"' in (await browser.get(path)).text
        await browser.sends(f"{path}/snooze", until="hour")
        assert 'id="do-wake"' in (await browser.get(path)).text
        assert 'id="snooze-menu"' not in (await other.get(path)).text
        assert (await other.sends(f"{path}/snooze", until="hour")).status_code == 409
        await browser.sends(f"{path}/resolve")
        assert 'id="snooze-menu"' not in (await browser.get(path)).text


async def test_a_saved_view_of_snoozed_questions_is_counted(office: Office) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        await browser.sends(f"/desk/tickets/{number}/snooze", until="hour")
        await browser.sends("/desk/views", name="Sleeping", query="?show=mine&show=snoozed")
        page = (await browser.get("/desk")).text
        assert re.search(r'href="/desk\?show=mine&amp;show=snoozed"[^>]*>.*?Sleeping</span> <b>1</b>', page, re.DOTALL)


def test_what_the_menu_offers_depends_on_the_day() -> None:
    def names(at: datetime, zone: ZoneInfo | None) -> list[str]:
        return [f"{offer} {time}" for offer, time in offer_times(at, zone).offers]

    assert names(SATURDAY, MOSCOW) == ["hour 03:30", "afternoon 14:00", "tomorrow 09:00"]
    assert names(SATURDAY, NEW_YORK) == ["hour 19:30", "tomorrow 09:00", "monday 09:00"]
    assert names(SATURDAY, None) == ["hour 00:30 UTC", "tomorrow 09:00 UTC", "monday 09:00 UTC"]


def test_an_hour_and_a_morning_are_right_when_the_clocks_change() -> None:
    before = datetime(2026, 11, 1, 5, 30, tzinfo=ZoneInfo("UTC"))  # 01:30 in New York, which comes twice
    hour = read_time("hour", "", before, NEW_YORK)
    assert hour is not None
    assert (hour - before).total_seconds() == 3600
    morning = read_time("tomorrow", "", before, NEW_YORK)
    assert morning == datetime(2026, 11, 2, 14, 0, tzinfo=ZoneInfo("UTC"))
    with pytest.raises(BadTimeError):
        read_time("chosen", "2026-13-01T00:00", before, NEW_YORK)
