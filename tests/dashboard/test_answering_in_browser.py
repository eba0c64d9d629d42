"""Answering several contacts at once, and the last look, in a real browser."""

from playwright.async_api import expect

from handoff.models import MessageKind
from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig

pytestmark = IN_BROWSER_WITH_DRAFTS


async def test_one_answer_goes_to_the_checked_contacts_of_two_platforms(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    anna = await rig.office.asks("How do I download music?", name="Anna")
    vera, held, left = [
        await rig.office.asks("how do I download music", name=name, account="telegram:main")
        for name in ("Vera", "Held", "Left")
    ]
    await rig.office.database.write(lambda session: rig.office.desk.ownership.claim(session, held, boris.id))
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{anna}")
        same = page.locator("#similar .same li")
        await expect(same).to_have_count(3)
        await expect(page.locator(f"#also-{held}")).to_be_disabled()
        await page.locator(f"#also-{vera}").check()
        await page.locator("#text").fill(f"Hello Anna, #{anna}: it is in the menu.")
        await page.evaluate("htmx.trigger(document.body, 'refresh')")  # a live update keeps what is checked
        await expect(page.locator(f"#also-{vera}")).to_be_checked()
        await page.get_by_role("button", name="Answer all at once").click()
        await expect(page.locator("#says")).to_contain_text(
            f"Sent to 2 contacts, to each in their own question: #{anna}, #{vera}."
        )
        await expect(page.locator("#text")).to_have_value("")
        await expect(page.locator(".line-ours .words")).to_have_text(f"Hello Anna, #{anna}: it is in the menu.")
        await page.locator(f"#same-{left} a").click()
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{left}")
        await expect(page.locator(f"#similar #also-{anna}")).to_be_visible()
    assert await rig.office.texts(MessageKind.OUTGOING) == [
        f"Hello Anna, #{anna}: it is in the menu.",
        f"Hello Vera, #{vera}: it is in the menu.",
    ]


async def test_the_last_look_shows_beside_the_box_and_the_second_press_sends(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("PLEASE OPEN THE MENU")
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator("#last-look")).to_contain_text("It is written in capitals")
        await expect(page.locator("#text")).to_have_value("PLEASE OPEN THE MENU")
        await expect(page.locator("#text")).to_be_focused()
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-ours .words")).to_have_text("PLEASE OPEN THE MENU")
        await expect(page.locator("#last-look")).to_have_count(0)
        await expect(page.locator("#text")).to_have_value("")
    rig.expects("422 (Unprocessable")
