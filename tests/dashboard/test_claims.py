"""What the page's script does about claims: the countdown, and the report that an agent is at work."""

from datetime import UTC, datetime

from playwright.async_api import Page, Request, expect

from handoff.models import Ticket
from handoff.tickets.claims import CLAIM
from tests.dashboard.rig import IN_BROWSER, Rig

pytestmark = IN_BROWSER
# Of a page that is open, but not the one that its agent looks at.
UNFOCUSED = "document.hasFocus = () => false"


def reports_of(page: Page) -> list[str]:
    """The paths of the page's reports from now on."""
    found: list[str] = []

    def hear(request: Request) -> None:
        if request.url.endswith("/renew"):
            found.append(request.method)

    page.on("request", hear)
    return found


async def test_a_claim_is_counted_down_and_renewed_by_a_page_with_the_focus(rig: Rig) -> None:
    office = rig.office
    office.clock.now = datetime.now(UTC)
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with rig.context() as context:
        page = await context.new_page()
        await rig.signs_in(page, olga)
        await context.add_init_script(f"window.unfocused = true; {UNFOCUSED}")
        await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
        office.clock.passes(minutes=25, seconds=30)
        reports = reports_of(page)
        await page.goto(f"/desk/tickets/{number}")
        head, row = page.locator("#ticket-head .lapse"), page.locator(f"#row-{number} .lapse")
        await expect(head).to_be_visible()
        await expect(row).to_be_visible()
        before = await head.inner_text()
        await expect(head).not_to_have_text(before)
        assert reports == []
        async with page.expect_request("**/renew"):
            await page.evaluate("document.hasFocus = () => true")
            await page.locator("#text").press_sequentially("D")
        await expect(head).to_be_hidden()  # the live update came with the new end
        await page.locator("#text").press_sequentially("ear Anna")
        assert reports == ["POST"]
    until = await office.database.read(lambda session: session.get_one(Ticket, number).claimed_until)
    assert until == office.clock() + CLAIM


async def test_a_page_that_only_shows_a_colleagues_question_reports_nothing(rig: Rig) -> None:
    office = rig.office
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, boris.id))
    async with rig.signed_in(olga) as page:
        reports = reports_of(page)
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").press_sequentially("Dear")
        await page.locator("#do-ask").click()
        await expect(page.locator("#owner-bar")).to_contain_text("You asked to have it")
        assert reports == []


async def test_the_owner_sees_a_request_live_and_hands_over(rig: Rig) -> None:
    office = rig.office
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
    async with rig.signed_in(olga) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("half a sentence")
        await office.database.write(lambda session: office.desk.handovers.ask(session, number, boris.id))
        await expect(page.locator(f"#request-{boris.id}")).to_be_visible()
        assert await page.locator("#text").input_value() == "half a sentence"
        await page.locator(f"#accept-{boris.id}").click()
        await expect(page.locator("#ticket-head .holder")).to_have_text("Held by Boris")
        await expect(page.locator(f"#request-{boris.id}")).to_have_count(0)
