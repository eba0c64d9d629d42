"""Searching while one types, where something else than our server answers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import Route, expect

from tests.conftest import Backend
from tests.dashboard.rig import PROGRAM
from tests.web.counter import open_counter
from tests.web.test_browser import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium found: install one, e.g. `apt-get install chromium`"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as started:
        yield started


@pytest.mark.parametrize("status", [200, 403, 502])
async def test_a_foreign_page_is_not_shown_among_the_results(browser: Chromium, tmp_path: Path, status: int) -> None:
    async def foreign(route: Route) -> None:
        page = "<html><body><h1>Bad Gateway</h1></body></html>"
        await route.fulfill(status=status, content_type="text/html", body=page)

    async with open_counter(Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)) as counter:
        page = await (await browser.new_context(locale="en-GB")).new_page()
        await page.goto(f"{counter.address}/help")
        await page.route("**/help/search*", foreign)
        box = page.get_by_role("searchbox")
        async with page.expect_response("**/help/search*"):
            await box.press_sequentially("password")
        await page.unroute("**/help/search*")
        await expect(page.locator("#results")).not_to_contain_text("Bad Gateway")
        await box.press_sequentially(" forgotten")
        await expect(page.locator("#results a").first).to_contain_text("password")
        await page.context.close()
