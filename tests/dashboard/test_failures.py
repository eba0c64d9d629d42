"""Every failed action shows one sentence and keeps the text, and outdated messages disappear."""

import asyncio
from functools import partial

import pytest
from playwright.async_api import Page, Route, expect

from handoff.models import MessageKind
from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig

pytestmark = IN_BROWSER_WITH_DRAFTS
WORDS = "A long answer"
PROXY = "<html><body><h1>Bad gateway of somebody else</h1></body></html>"
KINDS = {
    413: "This is too large: at most 10 files of up to 1 MB each. What you typed is still here.",
    429: "Too many requests at once. What you typed is still here: please wait a minute and try again.",
    403: "The desk cannot verify that this came from its own page. Please reload the page: what you typed is kept.",
    500: "The server could not do this just now. What you typed is still here: please try again in a minute.",
    502: "The server could not do this just now. What you typed is still here: please try again in a minute.",
    200: "The server could not do this just now. What you typed is still here: please try again in a minute.",
}
OFFLINE = "There is no connection, so this was not sent. What you typed is still here: try again once you are online."
STALLED = "This takes too long, perhaps because of the connection. What you typed is still here: please try again."


async def fails(status: int, route: Route) -> None:
    await route.fulfill(status=status, body=PROXY, content_type="text/html")


async def keeps_the_note(page: Page) -> None:
    await expect(page.locator("#text")).to_have_value(WORDS)
    await expect(page.locator("#mode-note")).to_be_checked()
    await expect(page.get_by_text("Bad gateway")).to_have_count(0)


async def test_each_kind_of_failure_says_a_sentence_and_keeps_the_words(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("label[for=mode-note]").click()
        await page.locator("#text").fill(WORDS)
        key = await page.locator("#reply [name=key]").input_value()
        for status, sentence in KINDS.items():
            for button, path in (("#save-note", "**/note"), ("#do-claim", "**/claim")):
                await page.route(path, partial(fails, status), times=1)
                await page.locator(button).click()
                await expect(page.locator("#says")).to_have_text(sentence)
                await keeps_the_note(page)
        await page.context.set_offline(True)
        await page.locator("#save-note").click()
        await expect(page.locator("#says")).to_have_text(OFFLINE)
        await expect(page.locator("#stale")).to_be_visible()
        await keeps_the_note(page)
        await page.context.set_offline(False)
        assert await page.locator("#reply [name=key]").input_value() == key  # a repeat stays one message
        await page.locator("#save-note").click()
        await expect(page.locator(".line-note .words")).to_have_text(WORDS)
        await expect(page.locator("#says")).to_have_text("")
        await expect(page.locator("#stale")).to_be_hidden()
    assert await rig.office.texts(MessageKind.NOTE) == [WORDS]
    rig.complaints.clear()


async def test_a_request_without_an_answer_is_given_up(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.clock.install()
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("label[for=mode-note]").click()
        await page.locator("#text").fill(WORDS)
        async with page.expect_request("**/note"):
            await page.route("**/note", lambda _route: None, times=1)
            await page.locator("#save-note").click()
        await page.clock.fast_forward(31_000)
        await expect(page.locator("#says")).to_have_text(STALLED)
        await keeps_the_note(page)
    rig.complaints.clear()


async def test_a_correction_and_signing_out_keep_the_words_too(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    await rig.office.database.write(lambda session: rig.office.desk.reply(session, number, olga.id, "Hear it is."))
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill(WORDS)
        await page.get_by_role("link", name="correct").click()
        await page.locator("#corrected").fill("Here it is.")
        await page.context.set_offline(True)
        await page.locator("#send-correction").click()
        await expect(page.locator("#says")).to_have_text(OFFLINE)
        await expect(page.locator("#corrected")).to_have_value("Here it is.")
        await page.locator(".rail-me summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.locator("#says")).to_have_text(OFFLINE)
        await page.context.set_offline(False)
        await page.locator("#send-correction").click()
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{number}")
        await expect(page.locator(".line-ours .words")).to_have_text("Here it is.")
        await expect(page.locator("#text")).to_have_value(WORDS)
        await page.goto("/desk")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Take next").first.click()
        await expect(page.locator("#says")).to_have_text(OFFLINE)
        await page.context.set_offline(False)
        await page.get_by_role("button", name="Take next").first.click()
        await expect(page.locator("#says")).to_have_text("No question is waiting for an agent.")
        other = await rig.office.asks("Another question")
        await page.get_by_role("button", name="Take next").first.click()
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{other}")
    rig.complaints.clear()


async def test_a_refusal_is_not_shown_longer_than_it_is_true(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    office = rig.office
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill(WORDS)
        await office.database.write(lambda session: office.desk.ownership.claim(session, number, boris.id))
        await expect(page.locator("#holding")).to_contain_text("Boris holds this question")
        await page.locator("#send").click()
        await expect(page.locator("#says")).to_contain_text("Boris holds this question")
        await expect(page.locator("#text")).to_have_value(WORDS)
        await office.database.write(lambda session: office.desk.ownership.release(session, number, boris.id))
        await expect(page.locator("#ticket-head")).to_contain_text("Unclaimed")
        await expect(page.locator("#says")).to_have_text("")
        await expect(page.locator("#holding")).to_have_text("Replying claims the question for you.")
        await page.locator("#send").click()
        await expect(page.locator(".line-ours .words")).to_have_text(WORDS)
    rig.expects("409 (Conflict)")


async def test_a_reply_is_not_sent_without_the_file_that_is_too_large(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill(WORDS)
        large, pressed = b"x" * 1_200_000, asyncio.Event()

        async def late(route: Route) -> None:
            await pressed.wait()
            await route.continue_()

        await page.route("**/draft/files", late)
        await page.locator("#files").set_input_files({"name": "large.txt", "mimeType": "text/plain", "buffer": large})
        await page.locator("#send").click()
        pressed.set()
        await expect(page.locator("#says")).to_contain_text("Attach at most 10 files of up to 1 MB each.")
        await expect(page.locator("#text")).to_have_value(WORDS)
        await expect(page.locator(".chosen-file")).to_have_count(0)
        await expect(page.locator(".line-ours")).to_have_count(0)
    assert await rig.office.texts(MessageKind.OUTGOING) == []
    rig.expects("413")


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_a_database_that_cannot_write_keeps_the_words(rig: Rig, script: bool) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")

    async with rig.office.signed_in(olga) as browser:
        await rig.office.database.write(
            lambda session: session.connection().exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
            )
        )
        answer = await browser.sends(f"/desk/tickets/{number}/note", script=script, kind="note", text=WORDS)
    assert answer.status_code == 503
    assert KINDS[500] in answer.text
    assert f"{WORDS}</textarea>" in answer.text
