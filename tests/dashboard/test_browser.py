"""The desk in a real browser: live with scripts, the same by plain forms without them, on a desk and on a phone."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from handoff.models import DeliveryState, MessageKind
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.dashboard.test_inert import HARMFUL

pytestmark = IN_BROWSER
WIDTHS = (1400, 900, 390)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_an_agent_works_a_question(rig: Rig, script: bool) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page? https://vk.com/id1")
    async with rig.signed_in(olga, script=script) as page:
        await page.get_by_role("link", name="Where is my page?").click()
        await expect(page.get_by_role("link", name="https://vk.com/id1", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Claim").click()
        await expect(page.locator("#ticket-head")).to_contain_text("You hold it")
        await page.locator("label[for=mode-note]").click()
        await page.locator("#text").fill("a word inside")
        await page.get_by_role("button", name="Save note").click()
        await expect(page.locator(".line-note .words")).to_have_text("a word inside")
        await expect(page.locator("#text")).to_have_value("")
        await page.locator("label[for=mode-reply]").click()  # the mode stays until it is changed
        await page.locator("#text").fill("Here it is.")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .words")).to_have_text("Here it is.")
        await expect(page.locator(".mark-queued")).to_have_text("○ queued")
        await expect(page.locator("#text")).to_have_value("")
        await page.reload()
        await expect(page.locator("#text")).to_have_value("")  # what was sent does not come back as a draft
        await page.get_by_role("button", name="Mark solved", exact=True).click()
        await expect(page.locator("#holding")).to_contain_text("This question is closed")
        await page.locator("#text").fill("One more thing")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator("#says")).to_contain_text("This question is closed. Open it again first.")
        await expect(page.locator("#text")).to_have_value("One more thing")
        await page.get_by_role("button", name="Open again").click()
        await expect(page.locator("#ticket-head")).to_contain_text("Unclaimed")
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{number}")
    assert await rig.office.texts(MessageKind.OUTGOING) == ["Here it is.", f"Is question #{number} solved?"]
    rig.complaints[:] = [text for text in rig.complaints if "409 (Conflict)" not in text]


async def test_a_change_shows_on_a_colleagues_page_and_leaves_their_words_alone(rig: Rig) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as hers, rig.signed_in(boris) as his:
        await his.goto(f"/desk/tickets/{number}")
        await his.locator("#text").press_sequentially("half a sent")
        await hers.goto(f"/desk/tickets/{number}")
        await hers.get_by_role("button", name="Claim").click()
        await expect(his.locator("#ticket-head")).to_contain_text("Held by Olga")
        await expect(his.locator("#holding")).to_contain_text("Olga holds this question")
        await hers.locator("#text").fill("Here it is.")
        await hers.locator("#text").press("Control+Enter")
        await expect(his.locator(".line-ours .words")).to_have_text("Here it is.")
        rig.office.clock.passes(milliseconds=1)  # pages learn of a delivery by its moment, and no two bear the same
        await rig.office.delivery(number, DeliveryState.FAILED, "the message is too long")
        await expect(his.locator(".mark-failed")).to_contain_text("✕ failed: the message is too long")
        await expect(his.locator("#text")).to_have_value("half a sent")
        await expect(his.locator("#text")).to_be_focused()
        await his.locator("#text").press_sequentially("ence")
        await expect(his.locator("#text")).to_have_value("half a sentence")
        await rig.office.asks("Another question")
        await expect(his.get_by_role("link", name="Another question")).to_be_visible()
        await his.reload()
        await expect(his.locator("#text")).to_have_value("half a sentence")


async def test_a_lost_session_keeps_the_words(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("A long answer")
        cookies = await page.context.cookies()
        await page.context.clear_cookies()
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator("#signed-out")).to_be_visible()
        await expect(page.locator("#text")).to_have_value("A long answer")
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what the browser gave it takes back
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .words")).to_have_text("A long answer")
        await expect(page.locator("#signed-out")).to_be_hidden()
    rig.complaints[:] = [text for text in rig.complaints if "401 (Unauthorized)" not in text and "401" not in text]


async def test_what_was_on_its_way_before_does_not_hide_that_the_session_is_lost(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        asked, answered = asyncio.Event(), asyncio.Event()

        async def late(route: Route) -> None:
            answer = await route.fetch()
            asked.set()
            await answered.wait()
            await route.fulfill(response=answer)

        await page.route("**/desk/queue*", late, times=1)
        await page.evaluate("htmx.trigger('#queue', 'refresh')")
        await asked.wait()
        await page.context.clear_cookies()
        await page.locator("#text").fill("A long answer")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator("#signed-out")).to_be_visible()
        await page.evaluate(
            "void (window.heard = new Promise((hear) =>"
            " document.body.addEventListener('htmx:afterRequest', () =>"
            " hear(document.getElementById('signed-out').hidden), {once: true})))"
        )
        answered.set()
        assert not await page.evaluate("window.heard")
        await expect(page.locator("#signed-out")).to_be_visible()
    rig.complaints[:] = [text for text in rig.complaints if "401" not in text]


async def test_what_is_being_pressed_is_not_replaced_meanwhile(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga, width=390) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator(".contact-open").hover()
        await page.mouse.down()
        async with page.expect_response(f"**/desk/tickets/{number}/thread*"):
            await page.evaluate("htmx.trigger('#lines', 'refresh')")
        async with page.expect_response(
            f"**/desk/tickets/{number}/thread*"
        ):  # what was not shown is fetched afterwards
            await page.mouse.up()
        await expect(page.locator("#contact")).to_be_visible()


async def test_an_answer_is_inserted_after_what_is_typed(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("how to reset my password")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("Hello,")
        await page.get_by_role("button", name="Insert").click()
        await expect(page.locator("#text")).to_have_value(
            "Hello,\n\nOpen the form here (https://example.org/restore) or https://example.org/help.\n\n"
            "<script>alert(1)</script> [bad](javascript:alert(1))"
        )


async def test_times_are_the_readers_own(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await expect(page.locator(".line-theirs time")).to_have_text("21:00")
    async with rig.signed_in(olga, script=False) as page:
        await page.goto(f"/desk/tickets/{number}")
        await expect(page.locator(".line-theirs time")).to_have_text("12:00 UTC")


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_fits_its_width(rig: Rig, width: int) -> None:
    olga = await rig.office.agent("Olga")
    long = "Wherehasmypagegone" * 40
    number = await rig.office.asks(long, name=long, language="hu")
    await rig.office.database.write(lambda session: rig.office.desk.reply(session, number, olga.id, long))
    await rig.office.delivery(number, DeliveryState.FAILED, long)
    async with rig.signed_in(olga, width=width) as page:
        for path in (
            "/desk",
            "/desk?show=solved",
            f"/desk/tickets/{number}",
            "/help",
            "/help?q=password",
            "/help/e/loose",
        ):
            await page.goto(path)
            overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, path
        await page.goto(f"/desk/tickets/{number}")
        contact, opener = page.locator("#contact"), page.locator(".contact-open")
        if width >= 1100:
            await expect(contact).to_be_visible()
            await expect(opener).to_be_hidden()
        else:
            await expect(contact).to_be_hidden()
            await opener.click()
            await expect(contact).to_be_visible()
        if width < 720:
            await page.keyboard.press("Escape")
            small = await page.evaluate(
                "[...document.querySelectorAll('.thread button, .thread summary, .back')]"
                ".filter(e => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44))"
                ".map(e => e.outerHTML)"
            )
            assert small == []


async def test_the_help_page_answers_while_one_types(rig: Rig) -> None:
    async with rig.page() as page:
        await page.goto("/help")
        await page.locator("#q").press_sequentially("lost passw")
        await expect(page.locator("#results a").first).to_contain_text("Forgot your password?")
        await page.locator("#results a").first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Forgot your password?")
    async with rig.page(script=False) as page:
        await page.goto("/help")
        await page.locator("#q").fill("lost password")
        await page.get_by_role("button", name="Find").click()
        await page.get_by_role("link", name="Forgot your password?").first.click()
        await expect(page.locator(".answer")).to_contain_text("Open the form here")


async def test_harmful_words_do_nothing_in_a_browser(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("\n".join(HARMFUL), name=HARMFUL[0])
    desk, write = rig.office.desk, rig.office.database.write
    await write(lambda session: [desk.note(session, number, olga.id, text) for text in HARMFUL])
    dialogs: list[str] = []
    async with rig.signed_in(olga) as page:
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await page.goto(f"/desk/tickets/{number}")
        await expect(page.locator(".line-note")).to_have_count(len(HARMFUL))
        await write(lambda session: desk.note(session, number, olga.id, HARMFUL[1]))
        await expect(page.locator(".line-note")).to_have_count(len(HARMFUL) + 1)
        shown = await page.locator(".line-note .words").all_text_contents()
        assert shown == [*HARMFUL, HARMFUL[1]]
    assert dialogs == []
