"""Mentions in notes at the desk: suggested while one types, marked in the note, new to the colleague."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from handoff.models import MessageKind
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.web.test_accessibility import RULES

pytestmark = IN_BROWSER


async def test_typing_suggests_colleagues_and_the_keyboard_chooses(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    for name in ("Boris", "Bella", "Carl"):
        await rig.office.agent(name)
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}?write=note")
        text, options = page.locator("#text"), page.locator("#mention-options > :visible")
        await text.press_sequentially("see ed@b and @b")
        await expect(options).to_have_count(2)
        await text.press("ArrowDown")
        await expect(page.locator("#mention-options [aria-selected=true]")).to_contain_text("Boris")
        await text.press("Enter")
        await expect(text).to_have_value("see ed@b and @Boris ")
        await expect(options).to_have_count(0)
        await text.press_sequentially("or @c")
        await expect(options).to_have_count(1)
        found = (await Axe().run(page, options=RULES)).response["violations"]
        assert [violation["id"] for violation in found] == []
        await text.press("Escape")
        await expect(options).to_have_count(0)
        await text.press_sequentially("arl?")
        await expect(text).to_have_value("see ed@b and @Boris or @carl?")
        await page.locator("label[for=mode-reply]").click()
        await text.press_sequentially(" @b")
        await expect(options).to_have_count(0)  # there are no mentions in a reply
    assert await rig.office.texts(MessageKind.NOTE) == []


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_a_mention_is_marked_and_new_to_the_colleague_until_they_look(rig: Rig, script: bool) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(boris, script=script) as his:
        await his.goto(f"/desk/tickets/{number}")  # he has read the question
        await his.goto("/desk")
        await expect(his.locator(f"#row-{number}")).not_to_contain_class("row-unread")
        async with rig.signed_in(olga, script=script) as hers:
            await hers.goto(f"/desk/tickets/{number}?write=note")
            await hers.locator("#text").fill("@boris, see https://example.org/@boris <b>")
            await hers.get_by_role("button", name="Save note").click()
            await expect(hers.locator(".line-note .mention")).to_have_text("@boris")
            await expect(hers.locator(".line-note .mention-me")).to_have_count(0)
            await expect(hers.locator(".line-note .words")).to_have_text("@boris, see https://example.org/@boris <b>")
            await expect(hers.locator(f"#row-{number} .row-mentioned-word")).to_be_hidden()
        await his.goto("/desk")
        await expect(his.locator(f"#row-{number}")).to_contain_class("row-unread")
        await expect(his.locator(f"#row-{number} .row-mentioned-word")).to_have_text("mentions you")
        await expect(his.locator("#unread")).to_have_attribute("data-count", "1")
        await his.goto(f"/desk/tickets/{number}")
        await expect(his.locator(".line-note .mention-me")).to_have_text("@boris")
        await his.goto("/desk")
        await expect(his.locator(f"#row-{number} .row-mentioned-word")).to_be_hidden()
