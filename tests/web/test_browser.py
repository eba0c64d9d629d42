"""The chat in a real browser: live, by keyboard, on a phone, and within another site's page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import FilePayload, Page, async_playwright, expect

from tests.conftest import Backend
from tests.dashboard.rig import PROGRAM
from tests.journeys.test_written_first import writes_to_the_visitor
from tests.web.counter import open_counter
from tests.web.pictures import PNG

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium found: install one, e.g. `apt-get install chromium`"),
]


@asynccontextmanager
async def chromium(*options: str) -> AsyncIterator[Chromium]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox", *options])
        yield browser
        await browser.close()


async def writes(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def test_a_conversation_on_a_phone_is_live_and_complains_of_nothing(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    complaints: list[str] = []
    async with open_counter(backend) as counter, chromium() as browser:
        maria = await counter.agent("Maria")
        context = await browser.new_context(
            locale="en-GB", viewport={"width": 390, "height": 800}, base_url=counter.address
        )
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/help/chat")
        await writes(page, "I forgot my password")
        await expect(page.locator(".bubble.bot b").first).to_have_text("I forgot my password")
        await expect(page.get_by_label("Your message")).to_have_value("")
        await page.get_by_role("button", name="This helped").click()
        await expect(page.get_by_role("button", name="This helped")).to_have_count(0)
        await writes(page, "I want a human agent: my money is gone")
        await expect(page.locator(".bubble.bot").last).to_contain_text("#1")
        await maria.replies(1, "It is back.")
        await expect(page.locator(".bubble.theirs")).to_contain_text("It is back.")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        latest = await page.locator("#latest").bounding_box()
        box = await page.locator("#write").bounding_box()
        assert latest is not None
        assert box is not None
        assert latest["y"] + latest["height"] <= box["y"] + 1
        await page.goto("/help/my")
        await expect(page.get_by_text("answered, waits for you")).to_be_visible()
        await page.get_by_role("button", name="Forget me").click()
        await page.get_by_role("button", name="Erase everything").click()
        await expect(page.get_by_role("heading")).to_have_text("We have forgotten you")
        await page.goto("/help/chat")
        await expect(page.locator(".bubble")).to_have_count(0)
        await context.close()
    assert complaints == []


async def test_what_an_agent_writes_first_appears_in_an_open_chat(tmp_path: Path) -> None:
    async with open_counter(Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)) as counter, chromium() as browser:
        context = await browser.new_context(locale="en-GB", base_url=counter.address)
        page = await context.new_page()
        await page.goto("/help/chat")
        await writes(page, "I forgot my password")
        await expect(page.get_by_role("button", name="This helped")).to_be_visible()
        await writes_to_the_visitor(counter, "Your parcel is here.")
        await expect(page.locator(".bubble.theirs")).to_contain_text("Your parcel is here.")
        await context.close()


async def test_files_are_sent_with_and_without_scripts(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    complaints: list[str] = []
    async with open_counter(backend) as counter, chromium() as browser:
        for scripts in (True, False):
            context = await browser.new_context(
                locale="en-GB",
                viewport={"width": 390, "height": 800},
                base_url=counter.address,
                java_script_enabled=scripts,
            )
            page = await context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            await page.goto("/help/chat")
            files: list[FilePayload] = [
                {"name": "screen.png", "mimeType": "image/png", "buffer": PNG},
                {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
            ]
            await page.get_by_label("Attach files").set_input_files(files)
            await page.get_by_label("Your message").fill("I want a human agent: my money is gone")
            await page.get_by_role("button", name="Send").click()
            await expect(page.locator(".bubble.bot").last).to_contain_text("has been passed to a person")
            shown = page.locator(".bubble.mine img")
            linked = page.locator(".bubble.mine").get_by_role("link", name="receipt.pdf")
            while not scripts and not (await shown.count() and await linked.count()):
                await page.goto("/help/chat")  # each file may be taken in a moment later
            await expect(shown).to_have_attribute("alt", "screen.png")
            await expect(linked).to_be_visible()
            await expect(page.get_by_label("Attach files")).to_have_value("")
            await context.close()
    assert complaints == []


async def test_the_help_page_fits_the_narrowest_phone(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    async with open_counter(backend) as counter, chromium() as browser:
        context = await browser.new_context(viewport={"width": 360, "height": 800}, base_url=counter.address)
        page = await context.new_page()
        for language in ("ru", "en", "hu"):
            for path in (f"/help?lang={language}", f"/help?lang={language}&q=пароль", f"/help/chat?lang={language}"):
                await page.goto(path)
                assert await page.evaluate("document.documentElement.scrollWidth") == 360, path
