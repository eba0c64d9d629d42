"""A real browser at the served desk, for tests of what its scripts do."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, ConsoleMessage, Page, expect

from handoff.people.agents import AgentView
from tests.office import PASSWORD, Office

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium found: install one, e.g. `apt-get install chromium`"),
]
IN_BROWSER_WITH_DRAFTS = [*IN_BROWSER, pytest.mark.usefixtures("running_clock")]
# Waiting longer costs nothing where all is well, and a busy machine is no fault of the page.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


CUT_OFF = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
"""Complaints of htmx about a live refresh that was under way when the page was left."""
PICTURES = os.environ.get("SCREENSHOTS")
"""Folder in which pictures of pages are kept (`make screenshots`); none are taken without it."""


async def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the page as it is now, if pictures are wanted."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{re.sub(r'[^a-z0-9-]+', '-', name).strip('-')}.png")


@dataclass
class Rig:
    """A browser at the served desk; collects what its consoles complain of."""

    office: Office
    address: str
    chromium: Chromium
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def context(
        self, *, script: bool = True, width: int = 1400, scheme: str = "light"
    ) -> AsyncIterator[BrowserContext]:
        context = await self.chromium.new_context(
            base_url=self.address,
            locale="en-GB",
            timezone_id="Asia/Tokyo",
            java_script_enabled=script,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self._watch)
        try:
            yield context
        finally:
            # An answer that arrives while a page closes finds no elements, which is no error.
            for page in context.pages:
                page.remove_listener("console", self._hear)
            await context.close()

    @asynccontextmanager
    async def page(self, *, script: bool = True, width: int = 1400, scheme: str = "light") -> AsyncIterator[Page]:
        async with self.context(script=script, width=width, scheme=scheme) as context:
            yield await context.new_page()

    @asynccontextmanager
    async def signed_in(self, agent: AgentView, *, script: bool = True, width: int = 1400) -> AsyncIterator[Page]:
        async with self.page(script=script, width=width) as page:
            await self.signs_in(page, agent)
            yield page

    async def signs_in(self, page: Page, agent: AgentView) -> None:
        await page.goto("/desk")
        await page.get_by_label("E-mail").fill(agent.email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_url(f"{self.address}/desk")
        await page.wait_for_load_state()  # a key pressed before the scripts have run does nothing

    def expects(self, *complaints: str) -> None:
        """Forget complaints that contain one of these: the test caused them."""
        self.complaints[:] = [text for text in self.complaints if not any(known in text for known in complaints)]

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(CUT_OFF):
            self.complaints.append(message.text)
