"""Unread marks in a real browser, as they change while the page is open."""

from playwright.async_api import expect

from tests.dashboard.rig import IN_BROWSER, Rig
from tests.dashboard.test_unread import writes

pytestmark = IN_BROWSER


async def test_marks_and_title_follow_what_arrives_and_what_is_opened(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    first, second = await office.asks("Where is my page?"), await office.asks("May I bring my dog?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, first, olga.id))
    await office.database.write(lambda session: office.desk.ownership.claim(session, second, olga.id))
    async with rig.signed_in(olga) as page:
        await expect(page).to_have_title("(2) Questions · Frontdesk")
        await page.locator(f"#row-{first}").click()
        await expect(page).to_have_title(f"(1) #{first} · Frontdesk")
        await expect(page.locator(f"#row-{first}")).not_to_have_class("row-unread")
        await page.locator(f"#row-{second}").click()
        await expect(page).to_have_title(f"#{second} · Frontdesk")
        await writes(office, first, "Hello?")
        await expect(page).to_have_title(f"(1) #{second} · Frontdesk")
        await expect(page.locator(f"#row-{first}.row-unread")).to_be_visible()
        await writes(office, second, "And my cat?")  # it is on the screen
        await expect(page.locator(".line-theirs .words").last).to_have_text("And my cat?")
        await expect(page.locator(f"#row-{second}.row-unread")).to_have_count(0)


async def test_a_page_in_the_background_counts_in_its_title(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is my page?")
    hide = "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.goto("/desk")
        await page.evaluate(hide)
        await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
        await writes(office, number, "Hello?")
        await expect(page).to_have_title("(1) Questions · Frontdesk")
