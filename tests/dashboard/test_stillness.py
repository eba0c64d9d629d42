"""A live update does not disturb what the agent points at, selects, has opened or reads, in a real browser."""

import asyncio

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.orm import Session

from tests.dashboard.rig import IN_BROWSER, Rig

pytestmark = IN_BROWSER
SELECTED = "getSelection().toString()"


async def top(page: Page, selector: str) -> float:
    return float(
        await page.evaluate("selector => document.querySelector(selector).getBoundingClientRect().top", selector)
    )


async def test_a_selection_an_open_menu_and_the_focus_stay(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    office = rig.office
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#do-claim").focus()
        await office.database.write(lambda session: office.desk.note(session, number, olga.id, "look"))
        await expect(page.locator(".line-note")).to_have_count(1)
        await expect(page.locator("#do-claim")).to_be_focused()
        await page.evaluate("getSelection().selectAllChildren(document.querySelector('.line-theirs .words'))")
        await office.database.write(lambda session: office.desk.note(session, number, olga.id, "look again"))
        await expect(page.locator(".line-note")).to_have_count(2)
        assert await page.evaluate(SELECTED) == "Where is my page?"
        await page.locator("#ticket-menu summary").click()
        await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
        await expect(page.get_by_text("Olga took the question")).to_be_visible()
        await expect(page.locator("#ticket-menu")).to_have_attribute("open", "")
        await page.keyboard.press("Escape")  # what waited for the menu is shown now
        await expect(page.locator("#ticket-head")).to_contain_text("You hold it")


async def test_the_reading_position_stays(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    office = rig.office

    def notes(session: Session) -> None:
        for count in range(40):
            office.desk.note(session, number, olga.id, f"note {count}\nof two lines")

    await office.database.write(notes)
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator(".line-note").nth(10).scroll_into_view_if_needed()
        line = f"#{await page.locator('.line-note').nth(10).get_attribute('id')}"
        before = await top(page, line)
        await office.database.write(lambda session: office.desk.note(session, number, olga.id, "the latest"))
        await expect(page.locator(".line-note")).to_have_count(41)
        assert await top(page, line) == pytest.approx(before, abs=1)
        # Who reads the end goes on reading the end.
        await page.locator(".line-note").last.scroll_into_view_if_needed()
        await page.evaluate("document.querySelector('.lines-place').scrollTop = 0")
        await office.database.write(lambda session: office.desk.note(session, number, olga.id, "and one more"))
        await expect(page.get_by_text("and one more")).to_be_in_viewport()


async def test_a_row_under_the_mouse_stays_until_the_mouse_leaves(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    office = rig.office
    numbers = [await office.asks(f"Question {letter}") for letter in "ABC"]
    async with rig.signed_in(olga) as page:
        row = page.locator(f"#row-{numbers[1]}")
        await row.hover()
        before = await top(page, f"#row-{numbers[1]}")
        await office.asks("Question D")  # comes last and moves nothing
        await expect(page.get_by_role("link", name="Question D")).to_be_visible()
        async with page.expect_response("**/desk/queue*"):
            await office.database.write(lambda session: office.desk.resolve(session, numbers[0], olga.id))
        await expect(page.locator(f"#row-{numbers[0]}")).to_be_visible()
        assert await top(page, f"#row-{numbers[1]}") == before
        await page.mouse.move(1000, 400)
        await expect(page.locator(f"#row-{numbers[0]}")).to_have_count(0)
        assert await top(page, f"#row-{numbers[1]}") < before


async def test_a_page_in_the_background_fetches_when_it_is_looked_at(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    hide = "Object.defineProperty(document, 'hidden', {get: () => window.away === true, configurable: true})"
    async with rig.signed_in(olga) as page:
        await page.evaluate(hide)
        await page.evaluate("window.away = true")
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        events = rig.office.live.events()
        assert await anext(events) == []
        while rig.office.live.generation is None:
            await asyncio.sleep(0.01)
        await rig.office.asks("Where is my page?")
        while "queue" not in await anext(events):  # the page got the event as well
            pass
        await events.aclose()
        assert fetched == []
        await page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.get_by_role("link", name="Where is my page?")).to_be_visible()
