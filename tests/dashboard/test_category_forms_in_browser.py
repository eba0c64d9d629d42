"""The form of a category is edited without scripts, reads well in every width and scheme, and Enter saves it."""

import pytest
from playwright.async_api import expect

from handoff.models import Role
from knowledge.entries.categories import list_categories
from tests.dashboard.rig import IN_BROWSER, Rig, keep_picture
from tests.dashboard.test_settings_browser import faults

pytestmark = IN_BROWSER


@pytest.mark.parametrize("script", [True, False])
async def test_a_form_is_written_field_by_field(rig: Rig, script: bool) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    key = (await rig.office.database.read(list_categories))[0].key
    async with rig.signed_in(ada, script=script) as page:
        await page.goto("/desk/settings/categories")
        await page.get_by_role("link", name="Edit the form").first.click()
        await expect(page.get_by_text("There are no fields")).to_be_visible()
        await page.get_by_role("button", name="Add a field").click()
        first = page.get_by_role("group", name="Field 1")
        await expect(first.get_by_label("Choices, each on a line · English")).to_be_hidden()
        await first.get_by_label("Question · English").fill("What happened?")
        await first.get_by_label("Answer").select_option("choice")
        await first.get_by_label("Choices, each on a line · English").fill("Spam\nHacked")
        await page.get_by_role("button", name="Add a field").click()
        second = page.get_by_role("group", name="Field 2")
        await expect(second.get_by_label("Question").first).to_be_focused()
        await second.get_by_label("Question · English").fill("Your page?")
        await second.get_by_role("button", name="Up").click()
        await expect(page.get_by_text("This is not saved yet.")).to_be_visible()
        await expect(first.get_by_label("Question · English")).to_have_value("Your page?")
        await page.get_by_role("button", name="Add a field").click()
        third = page.get_by_role("group", name="Field 3")
        await third.get_by_label("Question · English").press("Enter")  # saves, though a field is empty
        await expect(third.get_by_role("alert")).to_contain_text("Write what the contact is asked")
        rig.expects("422")
        await third.get_by_role("button", name="Remove").click()
        await expect(third).to_have_count(0)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("The form is saved.")
        asked = page.locator(".asked[open]")
        await expect(asked.get_by_text("Step 2 of 2. What happened?")).to_be_visible()
        await expect(asked.get_by_text("Hacked", exact=True)).to_be_visible()
    saved = next(one for one in await rig.office.database.read(list_categories) if one.key == key)
    assert [(one.name, one.type) for one in saved.form] == [("your_page", "text"), ("what_happened", "choice")]


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_the_page_of_a_form(rig: Rig, width: int, scheme: str) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    key = (await rig.office.database.read(list_categories))[0].key
    found: list[str] = []
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, ada)
        await page.goto(f"/desk/settings/categories/form?key={key}")
        await expect(page.get_by_text("There are no fields")).to_be_visible()
        await keep_picture(page, f"settings-form-empty-{width}-{scheme}")
        found += await faults(page)
        await page.get_by_role("button", name="Add a field").click()
        first = page.get_by_role("group", name="Field 1")
        await first.get_by_label("Question · English").fill("What happened to your page, and since when?")
        await first.get_by_label("Answer").select_option("choice")
        await first.get_by_label("Choices, each on a line · English").fill("Somebody writes as me\nI cannot sign in")
        await page.get_by_role("button", name="Add a field").click()
        await page.get_by_role("group", name="Field 2").get_by_label("Needed").uncheck()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await keep_picture(page, f"settings-form-error-{width}-{scheme}")
        found += await faults(page)
        await page.get_by_role("group", name="Field 2").get_by_label("Question · English").fill("Your page?")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_be_visible()
        await page.locator(".asked").evaluate_all("all => all.forEach(one => { one.open = true })")
        await keep_picture(page, f"settings-form-{width}-{scheme}")
        await page.get_by_role("heading", name="What the contact is asked").scroll_into_view_if_needed()
        await keep_picture(page, f"settings-form-asked-{width}-{scheme}")
        found += await faults(page)
    rig.expects("422")
    assert found == []
