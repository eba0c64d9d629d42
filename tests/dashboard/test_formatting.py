"""Formatting of a reply: the toolbar, its keys, and the preview of what the contact gets."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from handoff.models import MessageKind
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.web.test_accessibility import RULES

pytestmark = IN_BROWSER
MARKDOWN = "**Open** the _menu_, [help](https://example.org/help):\n\n- `first`\n- second"


async def opens(rig: Rig, page: Page, account: str = "vk:main") -> int:
    number = await rig.office.asks("Where is my page?", account=account)
    await page.goto(f"/desk/tickets/{number}")
    return number


async def select(page: Page, words: str) -> None:
    await page.locator("#text").evaluate(
        "(area, words) => { const at = area.value.indexOf(words); area.focus();"
        " area.setSelectionRange(at, at + words.length); }",
        words,
    )


async def test_the_toolbar_writes_markdown_around_the_selection_and_the_text_keeps_the_focus(rig: Rig) -> None:
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        await opens(rig, page)
        text = page.locator("#text")
        await text.fill("Open the menu now")
        await select(page, "Open ")
        await page.get_by_role("button", name="Bold").click()
        await expect(text).to_have_value("**Open** the menu now")
        await expect(text).to_be_focused()
        await page.get_by_role("button", name="Bold").click()
        await expect(text).to_have_value("Open the menu now")
        await text.press("Control+b")
        await text.press("Control+i")
        await expect(text).to_have_value("**_Open_** the menu now")
        await text.press("Control+z")
        await text.press("Control+z")
        await expect(text).to_have_value("Open the menu now")
        await select(page, "menu")
        await page.get_by_role("button", name="Link").click()
        await expect(text).to_have_value("Open the [menu](https://) now")
        await text.press_sequentially("https://example.org")  # the address is selected
        await expect(text).to_have_value("Open the [menu](https://example.org) now")
        await text.fill("first\nsecond")
        await text.press("Control+a")
        await page.get_by_role("button", name="List").click()
        await expect(text).to_have_value("- first\n- second")
        await page.get_by_role("button", name="List").click()
        await expect(text).to_have_value("first\nsecond")
        await page.get_by_role("button", name="Code").click()
        await expect(text).to_have_value("```\nfirst\nsecond\n```")
        await page.reload()  # what the toolbar wrote is a part of the draft
        await expect(text).to_have_value("```\nfirst\nsecond\n```")


async def test_the_toolbar_is_one_stop_of_the_keyboard_and_the_palette_keeps_its_key(rig: Rig) -> None:
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        await opens(rig, page)
        await expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()
        await page.locator("#format-bold").focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("#format-link")).to_be_focused()
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("Enter")
        await expect(page.locator("#text")).to_have_value("__")
        await page.keyboard.type("word")  # the caret is between the marks
        await expect(page.locator("#text")).to_have_value("_word_")
        await page.keyboard.press("Control+k")
        await expect(page.locator("#palette")).to_be_visible()
        await expect(page.locator("#text")).to_have_value("_word_")


async def test_a_note_is_not_formatted(rig: Rig) -> None:
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        await opens(rig, page)
        await page.locator("label[for=mode-note]").click()
        await expect(page.get_by_role("toolbar", name="Formatting")).to_be_hidden()
        await page.locator("#text").fill("word")
        await page.locator("#text").press("Control+a")
        await page.locator("#text").press("Control+b")
        await expect(page.locator("#text")).to_have_value("word")


async def test_the_preview_follows_what_is_typed(rig: Rig) -> None:
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        number = await opens(rig, page)
        await page.locator("#text").fill("**Open** it")
        preview = page.get_by_role("button", name="Preview")
        await preview.click()
        await expect(page.locator(".preview-bubble")).to_have_text(f"Olga answers (question #{number}):\nOpen it")
        await expect(page.locator(".preview-bubble b")).to_have_text("Open")
        await page.locator("#text").fill("_Close_ it")
        await expect(page.locator(".preview-bubble i")).to_have_text("Close")
        await preview.click()
        await expect(page.locator("#preview")).to_be_empty()
        await preview.click()
        await expect(page.locator(".preview-bubble i")).to_have_text("Close")
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-ours .words i")).to_have_text("Close")  # the thread shows it formatted, too
        await expect(page.locator("#preview")).to_be_empty()
    assert await rig.office.texts(MessageKind.OUTGOING) == ["_Close_ it"]


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_the_preview_is_that_of_the_channel(rig: Rig, script: bool) -> None:
    async with rig.signed_in(await rig.office.agent("Olga"), script=script) as page:
        for account, code in (("vk:main", 0), ("telegram:main", 1), ("web:main", 1)):
            await opens(rig, page, account)
            await page.locator("#text").fill(MARKDOWN)
            await page.get_by_role("button", name="Preview").click()
            bubble = page.locator(".preview-bubble")
            await expect(bubble.locator("b")).to_have_text("Open")
            await expect(bubble.locator("a")).to_have_attribute("href", "https://example.org/help")
            await expect(bubble).to_contain_text("• first\n• second")
            await expect(bubble.locator("code")).to_have_count(code)
            said = page.get_by_text("VK shows code like the rest of the text.")
            await expect(said).to_have_count(1 - code)
            await expect(page.locator("#text")).to_have_value(MARKDOWN)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_the_preview_shows_each_message_of_a_long_reply_and_its_files(rig: Rig, script: bool) -> None:
    async with rig.signed_in(await rig.office.agent("Olga"), script=script) as page:
        await opens(rig, page)
        await page.locator("#text").fill("One sentence of many. " * 250)
        await page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
        if script:
            await expect(page.locator("#chosen progress")).to_have_count(0)
        await page.get_by_role("button", name="Preview").click()
        await expect(page.locator("#preview")).to_contain_text("The contact gets 3 messages on VK")
        await expect(page.locator(".preview-bubble.words")).to_have_count(2)
        await expect(page.locator(".preview-bubble.file")).to_have_text("a.txt")
        await expect(page.locator(".preview-size").first).to_contain_text("1/2")
        await expect(page.locator(".chosen-name")).to_have_text("a.txt")  # the file stays in the draft
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .mark-queued")).to_have_count(3)


async def test_a_correction_has_the_toolbar_and_the_preview(rig: Rig) -> None:
    for script in (True, False):
        async with rig.signed_in(await rig.office.agent(f"Olga{script}"), script=script) as page:
            await opens(rig, page)
            await page.locator("#text").fill("Open it")
            await page.get_by_role("button", name="Send", exact=True).click()
            await page.get_by_role("link", name="correct").click()
            await page.locator("#corrected").fill("**Close** it")
            await page.get_by_role("button", name="Preview").click()
            await expect(page.locator(".preview-bubble b")).to_have_text("Close")
            await expect(page.locator("#corrected")).to_have_value("**Close** it")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_toolbar_and_the_preview_are_for_everybody(rig: Rig, width: int, scheme: str) -> None:
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, await rig.office.agent("Olga"))
        await opens(rig, page)
        await page.locator("#text").fill(MARKDOWN)
        await page.get_by_role("button", name="Preview").click()
        await expect(page.locator(".preview-bubble b")).to_have_text("Open")
        found = await Axe().run(page, options=RULES)
        assert [violation["id"] for violation in found.response["violations"]] == []
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if width == 360:
            for control in await page.locator(".formatting button").all():
                box = await control.bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 44


async def test_an_empty_reply_has_no_preview(rig: Rig) -> None:
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        await opens(rig, page)
        await page.get_by_role("button", name="Preview").click()
        await expect(page.locator("#preview")).to_have_text("Write the words first.")
        await page.locator("#text").fill("Words")
        await expect(page.locator(".preview-bubble")).to_contain_text("Words")
