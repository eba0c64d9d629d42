"""Keys, the palette and the selection of rows, in a real browser."""

from playwright.async_api import Page, expect

from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig

pytestmark = IN_BROWSER_WITH_DRAFTS


async def press_in_russian(page: Page, code: str, letter: str) -> None:
    """Press a key of which a Russian layout makes another letter."""
    await page.evaluate(
        "([code, key]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {code, key, bubbles: true, cancelable: true}))",
        [code, letter],
    )


async def test_a_question_is_worked_without_a_mouse(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    numbers = [await office.asks(f"Question {count}") for count in range(3)]
    async with rig.signed_in(olga) as page:
        await page.keyboard.press("j")
        await expect(page.locator(f"#row-{numbers[0]}")).to_be_focused()
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("j")  # the last one stays
        await page.keyboard.press("k")
        await expect(page.locator(f"#row-{numbers[1]}")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 1")
        await page.keyboard.press("c")
        await expect(page.locator("#ticket-head")).to_contain_text("You hold it")
        await page.keyboard.press("m")
        await expect(page.locator("#mode-note")).to_be_checked()
        await expect(page.locator("#text")).to_be_focused()
        await page.keyboard.type("jkc note")  # typing writes
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".line-note .words")).to_have_text("jkc note")
        await page.locator(f"#row-{numbers[1]}").focus()
        await page.keyboard.press("r")
        await expect(page.locator("#mode-reply")).to_be_checked()
        await page.keyboard.type("The answer.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".line-ours .words")).to_have_text("The answer.")
        await page.locator(f"#row-{numbers[1]}").focus()
        await page.keyboard.press("e")
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 2")  # the next of the list
        await page.keyboard.press("n")
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 0")


async def test_keys_go_by_position_and_can_be_switched_off(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Question")
    async with rig.signed_in(olga) as page:
        await press_in_russian(page, "KeyJ", "о")
        await expect(page.locator(f"#row-{number}")).to_be_focused()
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await page.locator("#keys-on").uncheck()
        await page.keyboard.press("Escape")
        await expect(page.locator("#keys")).to_be_hidden()
        await page.keyboard.press("n")
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_hidden()
        await expect(page).to_have_url(f"{rig.address}/desk")
        await page.reload()
        await page.locator(".rail-me summary").click()
        await page.locator("#show-keys").click()
        await expect(page.locator("#keys-on")).not_to_be_checked()
        await page.locator("#keys-on").check()
        await page.locator("#keys button").click()
        await page.locator("h1").first.click()
        await press_in_russian(page, "KeyG", "п")
        await press_in_russian(page, "KeyS", "ы")
        await expect(page.locator("#search")).to_be_focused()


async def test_the_palette_finds_actions_and_pages(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Question")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("a draft")
        await page.keyboard.press("Control+k")
        await expect(page.locator("#palette-search")).to_be_focused()
        await page.keyboard.type("clai")
        await expect(page.locator("#palette-list [aria-selected=true]")).to_have_text("Claim")
        await page.keyboard.press("Enter")
        await expect(page.locator("#ticket-head")).to_contain_text("You hold it")
        await expect(page.locator("#text")).to_have_value("a draft")
        await page.keyboard.press("Control+k")
        await page.keyboard.type("nothing of this name")
        await expect(page.locator("#palette-none")).to_be_visible()
        await page.keyboard.press("Enter")
        await page.locator("#palette-search").fill("undelivered")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Messages that could not be handled")).to_be_visible()


async def test_rows_are_selected_with_x_and_solved_at_once(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    numbers = [await office.asks(f"Question {count}") for count in range(3)]
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{numbers[2]}")
        await expect(page.locator("#bulk")).to_be_hidden()
        await page.locator(f"#row-{numbers[0]}").focus()
        await page.keyboard.press("x")
        await expect(page.locator("#bulk-count")).to_have_text("1")
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        await office.asks("Question 3")  # a live update keeps the selection
        await expect(page.get_by_role("link", name="Question 3")).to_be_visible()
        await expect(page.locator("#bulk-count")).to_have_text("2")
        await page.locator("#bulk-resolve").click()
        await expect(page.locator("#says")).to_contain_text("2 solved.")
        await expect(page.locator("#bulk")).to_be_hidden()
        await expect(page.locator(f"#row-{numbers[0]}")).to_have_count(0)
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 2")


async def test_by_touch_rows_are_selected_after_the_button(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Question")
    async with rig.signed_in(olga) as page:
        await page.evaluate("document.getElementById('select-rows').click()")  # hidden where a mouse hovers
        await page.locator(f"#row-{number}").click()
        await expect(page.locator(f"#pick-{number}")).to_be_checked()
        await expect(page).to_have_url(f"{rig.address}/desk")
        await page.locator("#bulk-take").click()
        await expect(page.locator("#says")).to_contain_text("1 taken.")
        await page.locator(f"#row-{number}").click()
        await expect(page.locator("#ticket-head")).to_contain_text("You hold it")
