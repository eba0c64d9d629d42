"""Canned responses in a real browser: "/" opens the list, the keyboard chooses, and what is typed stays."""

import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy.orm import Session

from handoff.canned_responses import responses
from handoff.canned_responses.responses import CannedDraft
from handoff.models import MessageKind
from handoff.people.agents import AgentView
from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig

pytestmark = IN_BROWSER_WITH_DRAFTS


async def prepare(rig: Rig) -> tuple[AgentView, int]:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?", name="Anna")

    def write(session: Session) -> None:
        for title, folder, text in (
            ("Greeting", "Start", "Hello {name}, it is №{ticket}."),
            ("Screenshot", "Details", "Please send a screenshot of {part}."),
            ("Goodbye", "Start", "Goodbye {name}."),
        ):
            draft = CannedDraft(title, text, folder, "en")
            responses.create(session, draft, olga, rig.office.clock())

    await rig.office.database.write(write)
    return olga, number


def shown(page: Page) -> Locator:
    return page.locator("#canned-options > :visible .canned-title")


async def uses(rig: Rig, olga: AgentView) -> dict[str, int]:
    found = await rig.office.database.read(lambda session: responses.list_visible(session, olga.id))
    return {view.title: view.uses for view in found}


async def test_a_slash_at_the_start_of_a_line_searches_and_enter_inserts(rig: Rig) -> None:
    olga, number = await prepare(rig)
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        text = page.locator("#text")
        await text.press_sequentially("First line\n/")
        await expect(shown(page)).to_have_text(["Goodbye", "Greeting", "Screenshot"])
        await expect(page.locator("#canned[data-loaded]")).to_be_attached()
        await text.press("ArrowDown")
        await expect(page.locator("#canned-options [aria-selected=true] .canned-title")).to_have_text("Greeting")
        await text.press("ArrowUp")
        await text.press("ArrowUp")
        await expect(page.locator("#canned-options [aria-selected=true] .canned-title")).to_have_text("Screenshot")
        await text.press_sequentially("start gre")
        await expect(shown(page)).to_have_text(["Greeting"])
        async with page.expect_response("**/use"):
            await text.press("Enter")
        await expect(text).to_have_value(f"First line\nHello Anna, it is №{number}.")
        await expect(text).to_be_focused()
        await expect(page.locator("#canned")).not_to_have_attribute("open", "")
        await text.press_sequentially(" /usr is a path\n/usr/bin")
        await expect(page.locator("#canned")).not_to_have_attribute("open", "")
        await expect(text).to_have_value(f"First line\nHello Anna, it is №{number}. /usr is a path\n/usr/bin")
        await page.reload()
        await expect(text).to_have_value(f"First line\nHello Anna, it is №{number}. /usr is a path\n/usr/bin")
    assert await uses(rig, olga) == {"Greeting": 1, "Screenshot": 0, "Goodbye": 0}


async def test_escape_leaves_the_slash_and_a_note_has_no_list(rig: Rig) -> None:
    olga, number = await prepare(rig)
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        text = page.locator("#text")
        await text.press_sequentially("/g")
        await expect(shown(page)).to_have_text(["Goodbye", "Greeting"])
        await text.press("Escape")
        await expect(page.locator(".canned-panel")).to_be_hidden()
        await text.press_sequentially("o")
        await expect(page.locator(".canned-panel")).to_be_hidden()
        await expect(text).to_have_value("/go")
        await text.fill("")
        await page.locator("label[for=mode-note]").click()
        await text.press_sequentially("/g")
        await expect(page.locator(".canned-panel")).to_be_hidden()


async def test_the_button_opens_the_list_and_a_gap_is_selected(rig: Rig) -> None:
    olga, number = await prepare(rig)
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        text = page.locator("#text")
        await text.fill("Before. After.")
        await text.evaluate("area => area.setSelectionRange(8, 8)")
        await page.locator(".canned-open").click()
        await expect(page.locator("#canned-search")).to_be_focused()
        await expect(page.locator("#canned[data-loaded]")).to_be_attached()
        await page.get_by_role("button", name="Details", exact=True).click()
        await expect(shown(page)).to_have_text(["Screenshot"])
        await page.locator("#canned-search").press("Enter")
        await expect(text).to_have_value("Before. Please send a screenshot of {part}.After.")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator("#says")).to_contain_text("Fill in {part} or remove it")
        await text.evaluate("area => { const at = area.value.indexOf('{part}'); area.setSelectionRange(at, at + 6); }")
        await text.press_sequentially("the page")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .words")).to_have_text(
            "Before. Please send a screenshot of the page.After."
        )
    assert await rig.office.texts(MessageKind.OUTGOING) == ["Before. Please send a screenshot of the page.After."]
    rig.expects("422 (Unprocessable")


async def test_the_gap_is_selected_so_that_typing_fills_it(rig: Rig) -> None:
    olga, number = await prepare(rig)
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        text = page.locator("#text")
        await text.press_sequentially("/scr")
        await expect(page.locator("#canned[data-loaded]")).to_be_attached()
        await text.press("Enter")
        await text.press_sequentially("the page")
        await expect(text).to_have_value("Please send a screenshot of the page.")
        await text.press("Control+z")
        await expect(text).not_to_have_value("Please send a screenshot of the page.")


@pytest.mark.parametrize("width", [1400, 390])
async def test_without_scripts_the_list_inserts_through_the_form(rig: Rig, width: int) -> None:
    olga, number = await prepare(rig)
    async with rig.signed_in(olga, script=False, width=width) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("First")
        await page.locator(".canned-open").click()
        await page.locator(".canned-option", has_text="Greeting").click()
        await expect(page.locator("#text")).to_have_value(f"First\n\nHello Anna, it is №{number}.")


async def test_the_list_stays_after_a_reply_and_offline(rig: Rig) -> None:
    olga, number = await prepare(rig)
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        text = page.locator("#text")
        await text.fill("Here it is.")
        await text.press("Control+Enter")
        await expect(page.locator(".line-ours .words")).to_have_text("Here it is.")
        await expect(text).to_have_value("")
        await page.context.set_offline(True)
        await text.press_sequentially("/")
        await expect(shown(page)).to_have_text(["Goodbye", "Greeting", "Screenshot"])
        await page.context.set_offline(False)
    rig.expects("ERR_INTERNET_DISCONNECTED", "htmx:")
