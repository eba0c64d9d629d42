"""Opening a question beside the list, in a real browser: the list stays as it is, and everything beside it changes."""

from playwright.async_api import Page, expect

from tests.dashboard.rig import IN_BROWSER_WITH_DRAFTS, Rig

pytestmark = IN_BROWSER_WITH_DRAFTS
MARK = "window.kept = true"  # gone once another page is loaded
STAYS = "window.kept === true"


async def scrolled(page: Page) -> float:
    return float(await page.evaluate("document.getElementById('queue').scrollTop"))


async def test_the_list_keeps_its_position_filter_and_focus(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    numbers = [await rig.office.asks(f"Question {count}") for count in range(30)]
    async with rig.signed_in(olga) as page:
        await page.goto("/desk?show=unassigned")
        await page.evaluate(MARK)
        row = page.locator(f"#row-{numbers[25]}")
        await row.scroll_into_view_if_needed()
        before = await scrolled(page)
        assert before > 0
        await row.click()
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{numbers[25]}?show=unassigned")
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 25")
        await expect(page).to_have_title(f"#{numbers[25]} · Frontdesk")
        await expect(row).to_have_attribute("aria-current", "true")
        await expect(row).to_be_focused()
        assert await scrolled(page) == before
        await page.locator(f"#row-{numbers[24]}").click()
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 24")
        await expect(row).not_to_have_attribute("aria-current", "true")
        await page.go_back()
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 25")
        await expect(page).to_have_title(f"#{numbers[25]} · Frontdesk")
        await page.go_back()
        await expect(page.locator(".thread-empty")).to_be_visible()
        await expect(page).to_have_title("Questions · Frontdesk")
        await page.go_forward()
        await expect(page.locator(".line-theirs .words")).to_have_text("Question 25")
        assert await page.evaluate(STAYS)
        assert await scrolled(page) == before


async def test_live_updates_follow_the_opened_question(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    first, second = await office.asks("Where is my page?"), await office.asks("May I bring my dog?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{first}")
        await page.evaluate(MARK)
        await page.locator(f"#row-{second}").click()
        await expect(page.locator(".line-theirs .words")).to_have_text("May I bring my dog?")
        await office.database.write(lambda session: office.desk.note(session, first, olga.id, "about the page"))
        await office.database.write(lambda session: office.desk.note(session, second, olga.id, "about the dog"))
        await expect(page.locator(".line-note .words")).to_have_text("about the dog")
        await office.asks("Question three")
        await expect(page.get_by_role("link", name="Question three")).to_be_visible()
        await expect(page.locator(f"#row-{second}")).to_have_attribute("aria-current", "true")
        await page.get_by_label("What you write").locator("visible=true").last.fill("Dogs are welcome.")
        await page.locator("#send").click()
        await expect(page.locator(".line-ours .words")).to_have_text("Dogs are welcome.")
        assert await page.evaluate(STAYS)


async def test_the_draft_of_the_question_being_left_is_kept(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    first, second = await office.asks("Where is my page?"), await office.asks("May I bring my dog?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{first}")
        await page.evaluate(MARK)
        await page.locator("label[for=mode-note]").click()
        await page.locator("#text").fill("ask Boris about the page")
        await page.locator(f"#row-{second}").click()
        await expect(page.locator(".line-theirs .words")).to_have_text("May I bring my dog?")
        await expect(page.locator("#text")).to_have_value("")
        await expect(page.locator("#mode-reply")).to_be_checked()
        await page.locator("#text").fill("Dogs are")
        await page.locator(f"#row-{first}").click()
        await expect(page.locator("#text")).to_have_value("ask Boris about the page")
        await expect(page.locator("#mode-note")).to_be_checked()
        await page.go_back()
        await expect(page.locator("#text")).to_have_value("Dogs are")
        assert await page.evaluate(STAYS)


async def test_an_action_on_its_way_is_answered_before_another_question_opens(rig: Rig) -> None:
    office, olga, boris = rig.office, await rig.office.agent("Olga"), await rig.office.agent("Boris")
    first, second = await office.asks("Where is my page?"), await office.asks("May I bring my dog?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{first}")
        await office.database.write(lambda session: office.desk.ownership.claim(session, first, boris.id))
        await expect(page.locator("#ticket-head")).to_contain_text("Held by Boris")
        await page.locator("#text").fill("It is here.")
        await page.evaluate(f"document.getElementById('send').click(); document.getElementById('row-{second}').click()")
        await expect(page.locator("#says")).to_contain_text("Boris holds this question")  # a refusal keeps the page
        await expect(page.locator("#text")).to_have_value("It is here.")
        await page.locator("label[for=mode-note]").click()
        await page.evaluate(
            f"document.getElementById('save-note').click(); document.getElementById('row-{second}').click()"
        )
        await expect(page.locator(".line-theirs .words")).to_have_text("May I bring my dog?")
        await expect(page.locator("#text")).to_have_value("")
        await page.locator(f"#row-{first}").click()
        await expect(page.locator(".line-note .words")).to_have_text("It is here.")
        await expect(page.locator("#text")).to_have_value("")
    rig.expects("409")


async def test_without_a_connection_the_open_question_stays(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    first, second = await office.asks("Where is my page?"), await office.asks("May I bring my dog?")
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{first}")
        await page.route(f"**/desk/tickets/{second}", lambda route: route.abort())
        await page.locator(f"#row-{second}").click()
        await expect(page.locator("#says")).to_contain_text("There is no connection")
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{first}")
        await page.unroute(f"**/desk/tickets/{second}")
        await page.locator(f"#row-{second}").click()
        await expect(page.locator(".line-theirs .words")).to_have_text("May I bring my dog?")
    rig.expects("ERR_FAILED")


async def test_on_a_phone_the_list_comes_back_where_it_was(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    numbers = [await rig.office.asks(f"Question {count}") for count in range(30)]
    async with rig.signed_in(olga, width=400) as page:
        await page.evaluate(MARK)
        await page.locator(f"#row-{numbers[25]}").scroll_into_view_if_needed()
        before = await scrolled(page)
        await page.locator(f"#row-{numbers[25]}").click()
        await expect(page.locator(".lines-place")).to_be_focused()
        await expect(page.locator(".queue")).to_be_hidden()
        await page.locator(".back").click()
        await expect(page.locator(f"#row-{numbers[25]}")).to_be_in_viewport()
        assert await scrolled(page) == before
        assert await page.evaluate(STAYS)


async def test_next_opens_beside_the_list(rig: Rig) -> None:
    olga, number = await rig.office.agent("Olga"), await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga) as page:
        await page.goto("/desk?show=unassigned")
        await page.evaluate(MARK)
        await page.locator(".queue-head").get_by_role("button", name="Take next").click()
        await expect(page).to_have_url(f"{rig.address}/desk/tickets/{number}?show=unassigned")
        await expect(page.locator("#ticket-head")).to_contain_text("You hold it")
        assert await page.evaluate(STAYS)
