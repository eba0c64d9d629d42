"""Deleting a sent reply in a real browser, on pages with and without scripts."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Delivery, DeliveryState, MessageKind
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Office
from tests.web.test_accessibility import RULES

pytestmark = IN_BROWSER


async def deletion(office: Office, state: DeliveryState, reason: str | None = None) -> None:
    """Put the latest deletion into a state, as the pump would."""

    def write(session: Session) -> None:
        row = session.scalars(select(Delivery).where(Delivery.deletes).order_by(Delivery.id.desc())).first()
        assert row is not None
        row.state, row.reason, row.attempts, row.updated_at = state, reason, 1, office.clock()

    await office.database.write(write)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_a_reply_is_deleted_after_a_question_and_stays_readable(rig: Rig, script: bool) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?")
    async with rig.signed_in(olga, script=script) as page:
        await page.goto(f"/desk/tickets/{number}")
        await page.locator("#text").fill("Vera's password")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .words")).to_have_text("Vera's password")
        await rig.office.delivery(number, DeliveryState.SENT)
        await page.get_by_role("link", name="delete").click()
        await expect(page.locator("#deletion")).to_contain_text("not older than 24 h")
        await page.get_by_role("link", name="Leave it as it is").click()
        await page.get_by_role("link", name="delete").click()
        await page.get_by_role("button", name="Delete it").click()
        line = page.locator(".line-deleted")
        await expect(line.locator("summary")).to_contain_text("Olga deletes this reply")
        await deletion(rig.office, DeliveryState.FAILED, "the platform no longer deletes it")
        await page.reload()
        await expect(line.locator("summary")).to_contain_text("Could not be deleted: the platform no longer deletes")
        await page.get_by_role("button", name="try to delete again").click()
        await expect(line.locator("summary")).to_contain_text("Olga deletes this reply")
        await deletion(rig.office, DeliveryState.SENT)
        await page.reload()
        await expect(line.locator("summary")).to_contain_text("Deleted by Olga")
        await expect(line.locator(".words")).to_be_hidden()
        await line.locator("summary").click()
        await expect(line.locator(".words")).to_have_text("Vera's password")
        await expect(page.get_by_role("link", name="correct")).to_have_count(0)
        await expect(page.locator("#text")).to_have_value("")
    assert await rig.office.texts(MessageKind.DELETED) == ["Vera's password"]


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_question_and_the_line_are_for_everybody(rig: Rig, width: int) -> None:
    olga = await rig.office.agent("Olga")
    number = await rig.office.asks("Where is my page?", account="web:main")
    for scheme in ("light", "dark"):
        async with rig.page(width=width, scheme=scheme) as page:
            await rig.signs_in(page, olga)
            await page.goto(f"/desk/tickets/{number}")
            await page.locator("#text").fill("Vera's password")
            await page.get_by_role("button", name="Send", exact=True).click()
            await page.get_by_role("link", name="delete").last.click()
            await expect(page.locator("#deletion")).to_contain_text("for the contact at once")
            found = (await Axe().run(page, options=RULES)).response["violations"]
            await page.get_by_role("button", name="Delete it").click()
            await page.locator(".line-deleted summary").last.click()
            found += (await Axe().run(page, options=RULES)).response["violations"]
            assert [violation["id"] for violation in found] == []
