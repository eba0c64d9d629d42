"""A ping at an open page of the desk: a mark in the title and a notification, once for all tabs of a browser."""

import asyncio
import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from handoff.people.agents import AgentView
from handoff.tickets.pings.settings import PingChoice, save_choice
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Office

pytestmark = IN_BROWSER

RECORD = """
window.Notification = class {
  static permission = "granted";
  constructor(text, options) {
    const shown = JSON.parse(localStorage.getItem("shown") ?? "[]");
    localStorage.setItem("shown", JSON.stringify([...shown, [text, options.tag]]));
  }
};
document.hasFocus = () => false;
"""
SHOWN = "localStorage.getItem('shown') !== null"


async def gives(office: Office, agent: AgentView) -> int:
    """A question that a colleague hands to the agent."""
    boris, number = await office.agent("Boris"), await office.asks("Where?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, boris.id))
    await office.database.write(lambda session: office.desk.handovers.transfer(session, number, boris.id, agent.id))
    return number


async def until(page: Page, true: str) -> None:
    """Wait until the page says so; the browser's own waiting evaluates texts, which the desk's pages forbid."""
    async with asyncio.timeout(60):
        while not await page.evaluate(true):
            await asyncio.sleep(0.05)


async def opens(rig: Rig, context: BrowserContext, agent: AgentView) -> Page:
    """A page of the desk that knows the number of the last ping."""
    page = await context.new_page()
    if len(context.pages) == 1:
        await rig.signs_in(page, agent)
    else:
        await page.goto("/desk")
    await until(page, f"localStorage.getItem('frontdesk-ping-{agent.id}') !== null")
    return page


async def test_one_tab_reports_a_ping(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    await rig.office.database.write(lambda session: save_choice(session, olga.id, PingChoice(browser=True)))
    async with rig.context() as context:
        await context.add_init_script(RECORD)
        first, second = await opens(rig, context, olga), await opens(rig, context, olga)
        number = await gives(rig.office, olga)
        await until(first, SHOWN)
        titles = [await page.title() for page in (first, second)]
        assert sorted(title.startswith("● ") for title in titles) == [False, True]
        for page in (first, second):
            await page.evaluate("hearPings()")
        shown = await first.evaluate("JSON.parse(localStorage.getItem('shown'))")
        assert [text for text, _ in shown] == [f"Question #{number} is yours now"]


async def test_the_browser_is_asked_by_a_button_only(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    async with rig.context() as context:
        await context.add_init_script(
            "window.Notification = class { static permission = 'default';"
            " static async requestPermission() { window.asked = true; this.permission = 'granted'; } };"
        )
        page = await opens(rig, context, olga)
        assert await page.evaluate("window.asked") is None
        await page.goto("/desk/profile/pings")
        assert await page.evaluate("window.asked") is None
        await page.get_by_role("button", name="Allow notifications in this browser").click()
        await expect(page.locator("#notifications")).to_have_text("This browser shows notifications.")
        assert await page.evaluate("window.asked") is True


@pytest.mark.parametrize("script", [True, False])
async def test_the_page_works_with_and_without_scripts(rig: Rig, script: bool) -> None:
    olga = await rig.office.agent("Olga")
    async with rig.signed_in(olga, script=script) as page:
        await page.goto("/desk/profile/pings")
        await page.get_by_label("new questions").check()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_have_text(re.compile("Your choice is saved"))
        await expect(page.get_by_label("new questions")).to_be_checked()
