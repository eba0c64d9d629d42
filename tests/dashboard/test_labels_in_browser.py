"""Tags in a real browser: added beside the question and to several rows, and accessible."""

import pytest
from playwright.async_api import expect

from tests.dashboard.rig import IN_BROWSER, Rig
from tests.dashboard.test_settings_browser import faults

pytestmark = IN_BROWSER


async def test_tags_are_added_one_after_the_other(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        for count, name in enumerate(("refund", "VIP"), 1):
            await page.locator("#tag").fill(name)
            await page.locator("#tag").press("Enter")
            await expect(page.locator("#labels .tag")).to_have_count(count)
            await expect(page.locator("#tag")).to_have_value("")
        await expect(page.locator(f"#row-{number} .tag")).to_have_text(["refund", "VIP"])
        await page.get_by_label("Remove the tag refund").click()
        await expect(page.locator(f"#row-{number} .tag")).to_have_text(["VIP"])


async def test_enter_in_the_field_tags_the_selected_rows(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    numbers = [await office.asks(f"Question {count}") for count in range(2)]
    async with rig.signed_in(olga) as page:
        for number in numbers:
            await page.locator(f"#pick-{number}").check(force=True)
        await page.locator("#bulk-tag-name").fill("outage")
        await page.locator("#bulk-tag-name").press("Enter")
        await expect(page.locator("#says")).to_have_text("2 tagged.")
        await expect(page.locator(".row-tags .tag")).to_have_text(["outage", "outage"])
        await expect(page.locator(".row-holder")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_pane_and_the_list(rig: Rig, width: int, scheme: str) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, olga)
        await page.goto(f"/desk/tickets/{number}")
        if width < 1100:
            await page.locator(".contact-open").click()
        await page.locator("#tag").fill("A tag of forty characters, as long as it")
        await page.locator("#tag-add").click()
        await expect(page.locator("#labels .tag")).to_have_count(1)
        await page.locator("#labels summary").click()
        assert await faults(page) == []
        await page.goto("/desk")
        await page.locator(".row-pick").check(force=True)
        assert await faults(page) == []
