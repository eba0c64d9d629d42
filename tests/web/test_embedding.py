"""The chat embedded in another site's page: with any styles, any position of the script, and only on listed sites.

The other site is another host, so the browser keeps its cookies apart.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, FrameLocator, Page, expect

from tests.conftest import Backend
from tests.dashboard.rig import PROGRAM
from tests.web.counter import Counter, open_counter
from tests.web.test_browser import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium found: install one, e.g. `apt-get install chromium`"),
]
HOSTILE = {
    "everything is hidden": "* { all: unset !important; display: none !important; position: static !important }",
    "what we add is hidden": "html > *, iframe, button, frontdesk-chat, frontdesk-chat * { display: none !important;"
    " visibility: hidden !important; opacity: 0 !important; pointer-events: none !important; width: 0 !important }",
    "everything is moved": "* { position: absolute !important; inset: 0 auto auto 0 !important; z-index: 9 !important;"
    " transform: rotate(9deg) !important; font-size: 90px !important; direction: rtl !important;"
    " margin: 99px !important; animation: spin 1s infinite !important; transition: all 9s !important }"
    " @keyframes spin { to { transform: rotate(360deg); opacity: 0 } }",
    "the page is a stage": "html { transform: scale(.5); filter: blur(1px); overflow: hidden; opacity: .1 }"
    " body { position: fixed; inset: 0; z-index: 2147483647; background: red }",
    "the page is magnified": "html { zoom: 1.6 }",
    "the page is magnified twice": "html { zoom: 2 } body { zoom: .5 } * { zoom: 1.1 !important }",
    "the root is small": "html { font-size: 62.5%; line-height: 3; letter-spacing: 9px; writing-mode: vertical-rl }",
    "everything is unset": "* { all: unset } html, body { all: unset !important; perspective: 9px; contain: strict;"
    " will-change: transform }",
    "the root is a container": "html { container-type: size; contain: paint; clip-path: inset(50%); mask: none;"
    " mix-blend-mode: difference }",
    "nothing can be pressed": "html, * { pointer-events: none !important; user-select: none !important;"
    " visibility: hidden !important }",
}
PLAIN = '<script src="{script}"></script>'


@dataclass
class Shop:
    """A site whose page the test writes."""

    counter: Counter
    address: str
    context: BrowserContext
    head: str = PLAIN
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    async def opens(self, address: str = "") -> Page:
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto((address or self.address) + "/")
        return page

    async def answer(self, _request: web.Request) -> web.Response:
        head, body = (part.format(script=f"{self.counter.address}/help/embed.js") for part in (self.head, self.body))
        html = f'<!doctype html><html lang="en"><head>{head}</head><body><h1>A shop</h1>{body}</body></html>'
        return web.Response(text=html, content_type="text/html", headers=self.headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_shop(browser: Chromium, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    application = web.Application()
    here: list[Shop] = []

    async def answer(request: web.Request) -> web.Response:
        return await here[0].answer(request)

    application.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://localhost:{runner.addresses[0][1]}"
    backend = Backend(f"sqlite:///{tmp_path_factory.mktemp('shop')}/frontdesk.db", None)
    async with open_counter(backend, embed_sites=address) as counter:
        context = await browser.new_context(locale="en-GB")
        here.append(Shop(counter, address, context))
        yield here[0]
        await context.close()
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="module")
async def shop(open_shop: Shop) -> AsyncIterator[Shop]:
    open_shop.head, open_shop.body, open_shop.headers = PLAIN, "", {}
    yield open_shop
    for page in open_shop.context.pages:
        await page.close()
    assert open_shop.complaints == []


async def opened(page: Page) -> FrameLocator:
    await page.get_by_role("button", name="Write to us").click()
    return page.frame_locator("iframe")


async def test_one_line_brings_the_chat_to_another_site(shop: Shop) -> None:
    page = await shop.opens()
    inside = await opened(page)
    await inside.get_by_label("Your message").fill("I forgot my password")
    await inside.get_by_role("button", name="Send").click()
    await expect(inside.locator(".bubble.bot b").first).to_have_text("I forgot my password")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("iframe")).to_be_hidden()


@pytest.mark.parametrize("styles", HOSTILE.values(), ids=HOSTILE.keys())
async def test_it_holds_against_the_pages_styles(shop: Shop, styles: str) -> None:
    shop.head = f"<style>{styles.replace('{', '{{').replace('}', '}}')}</style>{PLAIN}"
    page = await shop.opens()
    viewport = page.viewport_size
    assert viewport is not None
    button = page.locator("frontdesk-chat button")
    closed = await button.bounding_box()
    await button.click()  # Playwright looks whether it is seen, and whether something lies above it
    await expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_focused()
    frame = await page.locator("frontdesk-chat iframe").bounding_box()
    assert closed is not None
    assert frame is not None
    for box in (closed, frame):
        assert box["x"] + box["width"] == pytest.approx(viewport["width"] - 16, abs=1)
    assert closed["y"] + closed["height"] == pytest.approx(viewport["height"] - 16, abs=1)
    assert (frame["width"], frame["height"]) == (380, 600)
    assert closed["height"] == pytest.approx(44, abs=1)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (PLAIN, ""),
        (PLAIN + PLAIN, PLAIN),
        ("", PLAIN.replace("script src", "script defer src")),
        (PLAIN.replace("script src", "script async src"), ""),
        (PLAIN.replace("script src", 'script type="module" src'), ""),
        (
            "<script>document.head.append(Object.assign("
            "document.createElement('script'), {{src: '{script}'}}))</script>",
            "",
        ),
    ],
    ids=["in the head", "three times", "deferred", "async", "as a module", "by a script"],
)
async def test_it_works_wherever_the_line_stands(shop: Shop, head: str, body: str) -> None:
    shop.head, shop.body = head, body
    page = await shop.opens()
    await expect(page.get_by_role("button", name="Write to us")).to_have_count(1)
    await expect((await opened(page)).get_by_label("Your message")).to_be_focused()


async def test_it_takes_the_focus_and_gives_it_back(shop: Shop) -> None:
    page = await shop.opens()
    button = page.locator("frontdesk-chat button")
    for _ in range(2):
        await button.focus()
        await page.keyboard.press("Enter")
        box = page.frame_locator("iframe").get_by_label("Your message")
        await expect(box).to_be_focused()
        await page.keyboard.press("Escape")  # within the other page
        await expect(page.locator("iframe")).to_be_hidden()
        await expect(button).to_be_focused()
        await expect(button).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Enter")
    await expect(page.locator("iframe")).to_be_visible()
    await button.focus()
    await page.keyboard.press("Escape")  # on the button
    await expect(page.locator("iframe")).to_be_hidden()


async def test_it_stays_open_from_page_to_page_and_leaves_the_focus_alone(shop: Shop) -> None:
    page = await shop.opens()
    await opened(page)
    shop.body = "<input autofocus>"
    await page.goto(f"{shop.address}/another")
    await expect(page.frame_locator("iframe").get_by_label("Your message")).to_be_visible()
    await expect(page.locator("input").first).to_be_focused()
    await page.get_by_role("button", name="Close").click()
    await page.goto(f"{shop.address}/a-third")
    await expect(page.get_by_role("button", name="Write to us")).to_be_visible()
    await expect(page.locator("iframe")).to_be_hidden()


async def test_it_shows_nothing_on_a_site_that_is_not_listed(shop: Shop) -> None:
    page = await shop.context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(shop.address.replace("localhost", "127.0.0.1"))
    assert await page.locator("frontdesk-chat").count() == 0
    assert ["FRONTDESK_EMBED_SITES" in words for words in said] == [True]


@pytest.mark.parametrize("policy", ["require-corp", "credentialless"])
async def test_it_works_in_pages_that_isolate_themselves(
    shop: Shop, policy: Literal["require-corp", "credentialless"]
) -> None:
    shop.headers = {"Cross-Origin-Embedder-Policy": policy, "Cross-Origin-Opener-Policy": "same-origin"}
    page = await shop.opens()
    assert await page.evaluate("crossOriginIsolated")
    inside = await opened(page)
    await inside.get_by_label("Your message").fill("no sound in the music")
    await inside.get_by_role("button", name="Send").click()
    await expect(inside.locator(".bubble.mine").last).to_contain_text("no sound in the music")


async def test_it_fits_a_narrow_screen(shop: Shop) -> None:
    page = await shop.opens()
    await page.set_viewport_size({"width": 360, "height": 640})
    await opened(page)
    frame = await page.locator("iframe").bounding_box()
    button = await page.locator("frontdesk-chat button").bounding_box()
    assert frame is not None
    assert button is not None
    assert (frame["x"], frame["x"] + frame["width"]) == (16, 344)
    assert frame["y"] >= 16
    assert frame["y"] + frame["height"] <= button["y"]
