"""Notes about a contact in a real browser."""

from playwright.async_api import expect

from tests.dashboard.rig import IN_BROWSER, Rig

pytestmark = IN_BROWSER


async def test_a_note_is_written_beside_an_unsent_reply(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("half a reply")
        await page.get_by_text("Add a note about the contact").click()
        await page.locator("#about").fill("prefers short answers")
        await page.locator("#about-save").click()
        await expect(page.locator(".about")).to_contain_text("prefers short answers")
        await expect(page.locator("#about")).to_have_value("")
        await expect(page.locator("#text")).to_have_value("half a reply")
        await page.locator(".about").get_by_role("button", name="Delete").click()
        await expect(page.locator(".about")).to_have_count(0)
    assert rig.complaints == []
