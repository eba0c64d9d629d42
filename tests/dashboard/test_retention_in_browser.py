"""The page of the retention in a real browser: it is read and confirmed in every width and scheme."""

import pytest
from playwright.async_api import expect

from handoff.models import Role
from handoff.retention.rules import Retention, read_retention
from tests.dashboard.rig import IN_BROWSER, Rig, keep_picture
from tests.dashboard.test_retention import PATH, solves_old
from tests.dashboard.test_settings_browser import faults

pytestmark = IN_BROWSER


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_days_are_set_and_confirmed(rig: Rig, width: int, scheme: str) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    await solves_old(rig.office)
    found: list[str] = []
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, ada)
        await page.goto(PATH)
        await expect(page.get_by_role("heading", name="Retention")).to_be_visible()
        await keep_picture(page, f"settings-retention-{width}-{scheme}")
        found += await faults(page)
        await page.get_by_label("Texts and files of a question").fill("90")
        await page.get_by_label("Conversations with the bot alone").fill("365")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("alert")).to_contain_text("This cannot be undone.")
        await keep_picture(page, f"settings-retention-confirm-{width}-{scheme}")
        found += await faults(page)
        await page.get_by_role("button", name="Save and delete").click()
        await expect(page.get_by_role("status")).to_contain_text("It is saved.")
        await expect(page.get_by_label("Texts and files of a question")).to_have_value("90")
    assert found == []
    assert await rig.office.database.read(read_retention) == Retention(90, 365)
