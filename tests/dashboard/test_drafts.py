"""Drafts in a real browser: text and mode stay together through every reload and failure."""

import asyncio
import uuid
from datetime import timedelta

from playwright.async_api import Page, Route, expect

from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box, Typing
from handoff.models import DraftMode, MessageKind
from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig
from tests.office import PASSWORD

pytestmark = IN_BROWSER_WITH_DRAFTS
SECRET = "He lies, see his other account"


async def writes_note(page: Page, number: int, text: str = SECRET) -> None:
    await page.goto(f"/desk/tickets/{number}")
    await page.locator("label[for=mode-note]").click()
    await page.locator("#text").fill(text)


async def shows_note(page: Page, text: str = SECRET) -> None:
    """The box holds the note, says so, and offers nothing that sends it to the contact."""
    await expect(page.locator("#text")).to_have_value(text)
    await expect(page.locator("#mode-note")).to_be_checked()
    await expect(page.get_by_text("Only colleagues see this.")).to_be_visible()
    await expect(page.locator("#save-note")).to_be_visible()
    await expect(page.locator("#send")).to_be_hidden()


async def test_a_note_stays_a_note_over_reload_travel_and_saving(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number, other = await rig.office.asks("Where is my page?"), await rig.office.asks("Another question")
    async with rig.signed_in(olga) as page:
        await writes_note(page, number)
        await page.reload()
        await shows_note(page)
        await page.goto(f"/desk/tickets/{other}")  # of another ticket nothing is written yet
        await expect(page.locator("#mode-reply")).to_be_checked()
        await expect(page.locator("#text")).to_have_value("")
        await page.go_back()
        await shows_note(page)
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-note .words")).to_have_text(SECRET)
        await shows_note(page, "")
        await page.locator("#text").fill("And one more")
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-note .words").nth(1)).to_have_text("And one more")
        await page.reload()
        await shows_note(page, "")
    assert await rig.office.texts(MessageKind.NOTE) == [SECRET, "And one more"]
    assert await rig.office.texts(MessageKind.OUTGOING) == []


async def test_a_note_stays_a_note_when_the_session_is_lost(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await writes_note(page, number)
        await page.context.clear_cookies()
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator("#signed-out")).to_be_visible()
        await shows_note(page)
        await page.reload()
        await page.get_by_label("E-mail").fill(olga.email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await shows_note(page)
        tab = await page.context.new_page()  # a new session in another tab: the forms of this one are stale
        await page.context.clear_cookies()
        await rig.signs_in(tab, olga)
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator("#says")).to_contain_text("Please try once more.")
        await shows_note(page)
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-note .words")).to_have_text(SECRET)
        await page.reload()
        await page.locator("#text").fill("half a note")
        await page.locator(".rail-me summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_label("Password")).to_be_visible()
        await rig.signs_in(page, boris)  # a colleague at the same screen
        await page.goto(f"/desk/tickets/{number}")
        await expect(page.locator("#text")).to_have_value("")
    assert await rig.office.texts(MessageKind.OUTGOING) == []
    rig.expects("401", "403")


async def test_what_is_typed_while_a_note_is_on_its_way_keeps_its_mode(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await writes_note(page, number)
        asked, answered = asyncio.Event(), asyncio.Event()

        async def late(route: Route) -> None:
            answer = await route.fetch()
            asked.set()
            await answered.wait()
            await route.fulfill(response=answer)

        await page.route("**/note", late, times=1)
        await page.locator("#text").press("Control+Enter")
        await asked.wait()
        await page.locator("#text").press_sequentially(", and more")
        await page.locator("label[for=mode-reply]").click()
        await page.locator("#text").press("Control+Enter")  # one at a time
        answered.set()
        await expect(page.locator(".line-note .words")).to_have_text(SECRET)
        await expect(page.locator("#text")).to_have_value(", and more")
        await expect(page.locator("#mode-reply")).to_be_checked()
        await page.reload()
        await expect(page.locator("#text")).to_have_value(", and more")
    assert await rig.office.texts(MessageKind.OUTGOING) == []


async def test_a_draft_in_two_tabs_is_one_message(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await writes_note(page, number)
        async with page.expect_popup() as opened:  # with an opener: the tab's storage is copied, as by "duplicate tab"
            await page.evaluate("void window.open(location.href)")
        double = await opened.value
        await shows_note(double)
        for tab in (page, double):
            await tab.locator("#text").press("Control+Enter")
            await shows_note(tab, "")
    rig.expects("422")  # the second one may be empty by then
    assert await rig.office.texts(MessageKind.NOTE) == [SECRET]


async def test_a_correction_survives_a_reload(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    await rig.office.database.write(lambda session: rig.office.desk.reply(session, number, olga.id, "Hear it is."))
    async with rig.signed_in(olga) as page:
        await writes_note(page, number)
        await page.get_by_role("link", name="correct").click()
        await page.locator("#corrected").fill("Here it is")
        await page.reload()
        await expect(page.locator("#corrected")).to_have_value("Here it is")
        await page.get_by_role("link", name="Leave it as it is").click()
        await shows_note(page)
        await page.get_by_role("link", name="correct").click()
        await expect(page.locator("#corrected")).to_have_value("Hear it is.")


async def test_a_save_that_arrives_late_does_not_undo_what_was_typed_since(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.route("**/draft", hold, times=1)
        async with page.expect_request("**/draft"):
            await page.locator("label[for=mode-note]").click()
        time, browser = await page.evaluate("[changedAt, browserName()]")
        await page.locator("#text").fill(SECRET)
        # The empty note arrives only now, as if typed last.
        box, arrives = Box(olga.id, number), rig.office.clock() + timedelta(seconds=5)
        late = Typing(DraftMode.NOTE, "", str(uuid.uuid4()), "", arrives, browser, time)
        await rig.office.database.write(lambda session: drafts.save(session, box, late))
        await page.reload()
        await shows_note(page)
        await expect(page.locator("#text")).to_have_value(SECRET)
        await page.evaluate("flushDraft()")
        kept = await rig.office.database.read(lambda session: drafts.find(session, box))
        assert kept is not None
        assert kept.text == SECRET
        # And once more, after what was typed since.
        kept = await rig.office.database.write(lambda session: drafts.save(session, box, late))
        assert kept is not None
        assert kept.text == SECRET
        for route in held:
            await route.abort()
    rig.expects("Failed to load resource", "ERR_")


async def test_a_draft_saved_while_the_page_loads_is_shown(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    box = Box(olga.id, number)

    async def late(route: Route) -> None:
        answer = await route.fetch()
        typed = Typing(DraftMode.NOTE, SECRET, str(uuid.uuid4()), "", rig.office.clock())
        await rig.office.database.write(lambda session: drafts.save(session, box, typed))
        await route.fulfill(response=answer)

    async with rig.signed_in(olga) as page:
        await page.route(f"**/desk/tickets/{number}", late, times=1)
        await page.goto(f"/desk/tickets/{number}")
        await shows_note(page)
