"""Drafts on several devices in real browsers: words and files follow their agent, and the newest typing wins."""

import asyncio

from playwright.async_api import FilePayload, Page, Route, expect

from handoff.models import MessageKind
from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig

pytestmark = IN_BROWSER_WITH_DRAFTS
PICTURE = FilePayload(name="page.png", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n" + bytes(2000))
LETTER = FilePayload(name="<b>letter.txt", mimeType="text/plain", buffer=b"Dear Anna")
TAKEN = "You wrote this last in another tab or on another device."


async def opens(page: Page, number: int) -> None:
    await page.goto(f"/desk/tickets/{number}")
    await expect(page.locator("#text")).to_be_visible()


async def test_a_draft_follows_its_agent_to_another_device(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as desk, rig.signed_in(olga, width=390) as phone, rig.signed_in(boris) as his:
        await opens(phone, number)
        await opens(desk, number)
        await desk.locator("label[for=mode-note]").click()
        await desk.locator("#text").press_sequentially("He lies")
        await expect(phone.locator("#text")).to_have_value("He lies")  # live, in the idle one
        await expect(phone.locator("#mode-note")).to_be_checked()
        await expect(phone.locator("#draft-taken")).to_have_text(TAKEN)
        await phone.locator("#text").press_sequentially(", see his other account")
        await expect(phone.locator("#draft-taken")).to_be_hidden()
        await expect(desk.locator("#text")).to_have_value("He lies, see his other account")
        await opens(his, number)
        await expect(his.locator("#text")).to_have_value("")
        await desk.locator("#save-note").click()
        await expect(desk.locator(".line-note .words")).to_have_text("He lies, see his other account")
        await expect(phone.locator("#text")).to_have_value("")
    assert await rig.office.texts(MessageKind.NOTE) == ["He lies, see his other account"]
    assert await rig.office.texts(MessageKind.OUTGOING) == []


async def test_what_is_being_typed_is_never_replaced_and_wins(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as desk, rig.signed_in(olga) as phone:
        await opens(desk, number)
        await opens(phone, number)
        came, released = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            came.set()
            await released.wait()
            await route.continue_()

        await phone.route("**/draft", hold)
        await phone.locator("#text").press_sequentially("typed on the phone")
        await came.wait()  # its save is on its way
        async with desk.expect_response("**/draft"):
            await desk.locator("#text").press_sequentially("typed at the desk")
        await expect(phone.locator("#text")).to_have_value("typed on the phone")
        rig.office.clock.passes(minutes=1)
        await phone.locator("#text").press_sequentially(", and later")
        released.set()
        await expect(desk.locator("#text")).to_have_value("typed on the phone, and later")
        await expect(desk.locator("#draft-taken")).to_have_text(TAKEN)
        await expect(phone.locator("#text")).to_have_value("typed on the phone, and later")


async def test_words_and_files_survive_reload_crash_and_signing_out(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await opens(page, number)
        await page.locator("#files").set_input_files([PICTURE, LETTER])
        await expect(page.locator(".chosen-file")).to_have_count(2)
        await expect(page.locator(".chosen-file progress")).to_have_count(0)
        await expect(page.locator(".chosen-name")).to_have_text(["page.png", "<b>letter.txt"])
        await page.locator("#text").fill("See here.")
        await page.reload()  # at once: the save is only on its way
        await expect(page.locator("#text")).to_have_value("See here.")
        await expect(page.locator(".chosen-name")).to_have_text(["page.png", "<b>letter.txt"])
        await page.locator("#text").fill("See here, please.")
        await page.locator(".rail-me summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_label("Password")).to_be_visible()
        await rig.signs_in(page, olga)
        await opens(page, number)
        await expect(page.locator("#text")).to_have_value("See here, please.")
        crashed = await page.context.new_page()  # a tab that ends without a word
        await opens(crashed, number)
        async with crashed.expect_response("**/draft"):
            await crashed.locator("#text").fill("See here, please!")
        await crashed.close(run_before_unload=False)
        await page.reload()
        await expect(page.locator("#text")).to_have_value("See here, please!")
        await page.get_by_role("button", name="Remove <b>letter.txt").click()
        await expect(page.locator(".chosen-name")).to_have_text(["page.png"])
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-ours .words")).to_have_text("See here, please!")
        await expect(page.locator(".line-ours img.thumb")).to_have_count(1)
        await expect(page.locator(".chosen-file")).to_have_count(0)
        await page.reload()
        await expect(page.locator(".chosen-file")).to_have_count(0)
    rig.expects("401")  # what the page still asked for after the session ended
    assert await rig.office.texts(MessageKind.OUTGOING) == ["See here, please!"]


async def test_a_failed_send_keeps_words_and_files(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await opens(page, number)
        await page.locator("#text").fill("See here.")
        await page.locator("#files").set_input_files([PICTURE])
        await expect(page.locator(".chosen-file progress")).to_have_count(0)
        await rig.office.database.write(lambda session: rig.office.desk.ownership.claim(session, number, boris.id))
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator("#says")).to_contain_text("Boris holds this question.")
        await expect(page.locator("#text")).to_have_value("See here.")
        await expect(page.locator(".chosen-name")).to_have_text(["page.png"])
        await page.context.set_offline(True)
        await page.locator("#text").fill("See here, offline.")
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator("#says")).to_contain_text("There is no connection")
        await page.context.set_offline(False)
        await rig.office.database.write(lambda session: rig.office.desk.ownership.release(session, number, boris.id))
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".line-ours .words")).to_have_text("See here, offline.")
        await expect(page.locator(".line-ours img.thumb")).to_have_count(1)
    rig.expects("409", "net::ERR", "htmx:")


async def test_files_are_pasted_and_dropped_and_one_too_large_is_named(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    script = """([selector, kind, size]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(size)], `${kind}.bin`));
        const options = { bubbles: true, cancelable: true };
        const event = kind === "paste" ? new ClipboardEvent(kind, { ...options, clipboardData: data })
            : new DragEvent(kind, { ...options, dataTransfer: data });
        document.querySelector(selector).dispatchEvent(event);
    }"""
    async with rig.signed_in(olga) as page:
        await opens(page, number)
        await page.evaluate(script, ["#text", "paste", 10])
        await page.evaluate(script, ["#lines", "drop", 3000])
        await expect(page.locator(".chosen-name")).to_have_text(["paste.bin", "drop.bin"])
        await expect(page.locator(".chosen-file progress")).to_have_count(0)
        await page.evaluate(script, ["#lines", "drop", (1 << 20) + 1])
        await expect(page.locator("#says")).to_contain_text("Attach at most 10 files of up to 1 MB each.")
        await expect(page.locator(".chosen-file")).to_have_count(2)
    rig.expects("413")


async def test_without_scripts_a_refused_form_keeps_its_files(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga, script=False) as page:
        await opens(page, number)
        await page.locator("#text").fill("See here.")
        await page.locator("#files").set_input_files([PICTURE, LETTER])
        await rig.office.database.write(lambda session: rig.office.desk.ownership.claim(session, number, boris.id))
        await page.locator("#send").click()
        await expect(page.locator("#says")).to_contain_text("Boris holds this question.")
        await expect(page.locator(".chosen-name")).to_have_text(["page.png", "<b>letter.txt"])
        await page.get_by_role("button", name="Remove page.png").click()
        await expect(page.locator(".chosen-name")).to_have_text(["<b>letter.txt"])
        await expect(page.locator("#text")).to_have_value("See here.")
        await rig.office.database.write(lambda session: rig.office.desk.ownership.release(session, number, boris.id))
        await page.locator("#send").click()
        await expect(page.locator(".line-ours .words")).to_have_text("See here.")
        await expect(page.locator(".line-ours .file")).to_contain_text("letter")
        await expect(page.locator(".chosen-file")).to_have_count(0)
    rig.expects("409")
