"""One event stream for all tabs of a real browser: eight tabs work, and closing any of them does no harm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from tests.dashboard.rig import IN_BROWSER, Rig

pytestmark = IN_BROWSER
WITHOUT_WORKERS = "delete window.SharedWorker;"
WITHOUT_BOTH = WITHOUT_WORKERS + "delete window.BroadcastChannel;"


@asynccontextmanager
async def tabs(rig: Rig, count: int, script: str = "") -> AsyncIterator[list[Page]]:
    """Tabs of one browser at the desk, on a host name over plain http, as in a network without certificates."""
    olga = await rig.office.agent("Olga")
    rig.address = rig.address.replace("127.0.0.1", "desk.test")
    async with rig.context() as context:
        await context.add_init_script(script)
        pages = [await context.new_page()]
        await rig.signs_in(pages[0], olga)
        assert not await pages[0].evaluate("isSecureContext")
        for _ in range(count - 1):
            pages.append(await context.new_page())
            await pages[-1].goto("/desk")
        yield pages
    rig.expects("Cross-Origin-Opener-Policy")  # browsers ignore it there, and say so


async def each_sees_what_comes(rig: Rig, pages: list[Page], question: str) -> None:
    await rig.office.asks(question)
    for page in pages:
        await expect(page.get_by_role("link", name=question)).to_be_visible()


async def streams(rig: Rig, wanted: int) -> None:
    """Wait until so many are open; a test that waits in vain ends by the suite's own limit."""
    while rig.office.live.streams != wanted:
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(("count", "script"), [(8, ""), (3, WITHOUT_WORKERS)], ids=["worker", "election"])
async def test_all_tabs_share_one_stream(rig: Rig, count: int, script: str) -> None:
    async with tabs(rig, count, script) as pages:
        await streams(rig, 1)
        await each_sees_what_comes(rig, pages, "Where is my page?")
        assert rig.office.live.streams == 1
        await pages[0].close()  # the one that leads, where one leads
        await streams(rig, 1)
        await each_sees_what_comes(rig, pages[1:], "Another question")
        await pages[1].get_by_role("link", name="Another question").click()
        await each_sees_what_comes(rig, pages[1:], "A third question")
        assert rig.office.live.streams == 1
        for page in pages[1:]:
            await page.close()
        await streams(rig, 0)


async def test_a_leading_tab_that_is_frozen_is_replaced(rig: Rig) -> None:
    async with tabs(rig, 2, WITHOUT_WORKERS) as (first, second):
        await streams(rig, 1)
        control = await first.context.new_cdp_session(first)
        await control.send("Page.setWebLifecycleState", {"state": "frozen"})
        await each_sees_what_comes(rig, [second], "Where is my page?")
        await control.send("Page.setWebLifecycleState", {"state": "active"})
        await each_sees_what_comes(rig, [first, second], "Another question")
        await streams(rig, 1)


async def test_a_browser_without_either_follows_too(rig: Rig) -> None:
    async with tabs(rig, 1, WITHOUT_BOTH) as pages:
        await each_sees_what_comes(rig, pages, "Where is my page?")


@pytest.mark.parametrize("script", ["", WITHOUT_WORKERS], ids=["worker", "election"])
async def test_signing_out_ends_the_stream_and_signing_in_begins_another(rig: Rig, script: str) -> None:
    async with tabs(rig, 2, script) as (first, second):
        await streams(rig, 1)
        await first.locator(".rail-me summary").click()
        await first.get_by_role("button", name="Sign out").click()
        await expect(first.get_by_label("Password")).to_be_visible()
        await streams(rig, 0)
        await expect(second.locator("#signed-out")).to_be_visible()
        olga = await rig.office.database.read(lambda session: rig.office.staff.people(session)[0])
        await rig.signs_in(first, olga)
        await streams(rig, 1)
        await each_sees_what_comes(rig, [first], "Where is my page?")
        await second.reload()
        await each_sees_what_comes(rig, [first, second], "Another question")
        await streams(rig, 1)
    rig.expects("401")
