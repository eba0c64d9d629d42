"""The menu "Snooze" in a real browser: its key, the reader's times, live waking, and accessibility."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from handoff.models import Role, Ticket
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.dashboard.test_settings_browser import faults

pytestmark = IN_BROWSER


async def test_a_key_opens_the_menu_and_the_question_leaves_the_list(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.keyboard.press("s")
        await expect(page.locator("#snooze-menu .menu-list")).to_be_visible()
        await page.get_by_role("button", name="Tomorrow").click()
        await expect(page.locator(".row")).to_have_count(0)
        await expect(page.locator("#snooze-bar")).to_contain_text("Snoozed until Nov 23, 2026, 09:00")
        await expect(page.locator("#lines")).to_contain_text("Olga snoozed the question until Nov 23, 2026, 09:00")
        await expect(page.locator("#chip-snoozed")).to_have_text("Snoozed 1")
    until = await office.database.read(lambda session: session.get_one(Ticket, number).snoozed_until)
    assert until == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # nine in Tokyo


async def test_it_wakes_on_the_open_page_and_is_unread(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.keyboard.press("s")
        await page.get_by_role("button", name="In 1 hour").click()
        await page.goto("/desk")
        await expect(page.locator(".row")).to_have_count(0)
        office.clock.passes(hours=1)
        await office.database.write(lambda session: office.desk.snoozing.act(session, number))
        await expect(page.locator(f"#row-{number}.row-unread")).to_be_visible()


async def test_the_chosen_time_works_without_scripts(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.signed_in(olga, script=False) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#snooze-menu summary").click()
        await page.get_by_label("Date and time (UTC)").fill("2026-12-01T10:15")
        await page.locator("#snooze-chosen").click()
        await expect(page.locator("#snooze-bar")).to_contain_text("Snoozed until 2026-12-01 10:15 UTC")


async def test_a_key_opens_the_choice_of_a_colleague(rig: Rig) -> None:
    office = rig.office
    olga, lena = await office.agent("Olga"), await office.agent("Lena", Role.LEAD)
    number = await office.asks("Where is my page?")
    for agent, choice in ((olga, "#to"), (lena, "#assign-to")):
        async with rig.signed_in(agent) as page:
            await page.goto(f"/desk/tickets/{number}")
            await page.keyboard.press("a")
            await expect(page.locator(choice)).to_be_focused()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_menu_and_the_list(rig: Rig, width: int, scheme: str) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, olga)
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#snooze-menu summary").click()
        assert await faults(page) == []
        await page.get_by_role("button", name="Tomorrow").click()
        await expect(page.locator("#snooze-bar")).to_contain_text("Snoozed until")
        await page.locator("#snooze-menu summary").click()
        assert await faults(page) == []
        await page.goto("/desk?show=snoozed")
        assert await faults(page) == []
