"""Accessibility: axe-core finds no violation of WCAG 2.2 A and AA, light and dark, on a phone and a wide screen.

It looks at what is on the screen after the page has come to rest, as a member and as an agent see it.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, FilePayload, Page, expect

from tests.conftest import Backend
from tests.dashboard.rig import PROGRAM
from tests.office import PASSWORD
from tests.web.counter import Counter, open_counter
from tests.web.pictures import PNG
from tests.web.test_browser import chromium, writes

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium found: install one, e.g. `apt-get install chromium`"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with open_counter(Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)) as opened:
        yield opened


async def faults(page: Page) -> list[str]:
    """What axe finds: the rule, the place, and what is wrong there."""
    await expect(page.locator(".htmx-request")).to_have_count(0)  # a button is pale while its request is under way
    found = await Axe().run(page, options=RULES)
    assert found.response["passes"], "axe has looked at nothing"
    return [
        f"{page.url}: {violation['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


async def as_a_member(page: Page) -> list[str]:
    found: list[str] = []
    for address in (
        "/help?lang=en",
        "/help?lang=en&q=password",
        "/help/e/forgot-password?lang=en",
        "/help/c/access?lang=en",
        "/help/ask?lang=en",
    ):
        await page.goto(address)
        await expect(page.get_by_role("heading").first).to_be_visible()
        found += await faults(page)
    await page.goto("/help/chat?lang=en")
    found += await faults(page)
    await writes(page, "I forgot my password")
    await expect(page.get_by_role("button", name="This helped")).to_be_visible()
    picture: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    await page.get_by_label("Attach files").set_input_files([picture])
    await writes(page, "I want a human agent: my money is gone")
    await expect(page.get_by_role("button", name="Withdraw the question").last).to_be_visible()
    await expect(page.locator(".bubble.mine img")).to_be_visible()
    found += await faults(page)
    await page.goto("/help/my?lang=en")
    found += await faults(page)
    await page.goto(await page.locator(".private a").get_attribute("href") or "")
    found += await faults(page)
    return found


async def as_an_agent(page: Page, email: str) -> list[str]:
    await page.goto("/desk")
    found = await faults(page)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    question = page.get_by_role("link", name="my money is gone").first
    await expect(question).to_be_visible()
    found += await faults(page)
    await question.click()
    await expect(page.get_by_text("a.png").or_(page.get_by_alt_text("a.png")).first).to_be_visible()
    found += await faults(page)
    await page.get_by_role("button", name="Claim").first.click()
    await expect(page.get_by_role("button", name="Send").first).to_be_visible()
    return found + await faults(page)


async def test_what_keeps_somebody_out_would_be_found(counter: Counter) -> None:
    async with chromium() as browser:
        page = await browser.new_page(base_url=counter.address)
        await page.goto("/help?lang=en")
        assert await faults(page) == []
        await page.evaluate("document.querySelector('h1').style.color = 'lightgray'")
        await page.evaluate("document.querySelector('label[for=q]').removeAttribute('for')")
        await page.evaluate("document.querySelector('#q').removeAttribute('placeholder')")
        rules = {fault.split(": ")[1] for fault in await faults(page)}
        assert rules == {"color-contrast", "label"}


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1400)])
async def test_nothing_keeps_anybody_out(counter: Counter, scheme: Literal["light", "dark"], width: int) -> None:
    await counter.agent("Maria")
    async with chromium() as browser:

        async def context() -> BrowserContext:
            return await browser.new_context(
                locale="en-GB",
                color_scheme=scheme,
                reduced_motion="reduce",
                viewport={"width": width, "height": 800},
                base_url=counter.address,
            )

        member, agent = await context(), await context()
        found = await as_a_member(await member.new_page())
        found += await as_an_agent(await agent.new_page(), "maria@example.org")
        await member.close()
        await agent.close()
    assert not found, "\n".join(found)
