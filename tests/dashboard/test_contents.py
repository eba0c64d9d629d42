"""What a contact's message brings besides words: places, contact cards, forwarded and quoted messages."""

from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages.contents import ContactCard, Passage, Place, Role, dump
from handoff.models import FileRow, FileState, Message, MessageKind
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.web.test_accessibility import RULES

pytestmark = IN_BROWSER
CONTENTS = (
    Place(55.751244, 37.618423, "Red Square", "Moscow"),
    ContactCard("Vera Petrova", ("+7 (900) 123-45-67",), ("vera@example.org",), note="Director"),
)


async def brings(rig: Rig) -> int:
    """A question whose message brings everything."""
    number = await rig.office.asks("Where is my page?")

    def write(session: Session) -> None:
        message = session.scalars(select(Message).where(Message.kind == MessageKind.INCOMING)).one()
        at = rig.office.clock() - timedelta(days=3)
        quoted = Passage(Role.QUOTE, "What is your number?", "Boris", at=at)
        forwarded = Passage(Role.FORWARD, "It is https://example.org/1", "Shop", at=at, files=(0,), contents=(quoted,))
        message.contents = dump((*CONTENTS, forwarded))
        message.attachments = [{"kind": "document", "name": "bill.pdf"}]
        session.add(
            FileRow(
                message_id=message.id, contact_id=message.contact_id, account="vk:main", kind="document",
                name="bill.pdf", source="x", state=FileState.KEPT, key="a" * 64, media_type="application/pdf",
                attempts=0, next_attempt_at=rig.office.clock(), updated_at=rig.office.clock(),
            )
        )  # fmt: skip

    await rig.office.database.write(write)
    return number


async def test_a_place_leads_to_the_map_in_a_tab_of_its_own(rig: Rig) -> None:
    number = await brings(rig)
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        foreign: list[str] = []
        page.on("request", lambda asked: foreign.append(asked.url) if not asked.url.startswith(rig.address) else None)
        await page.goto(f"/desk/tickets/{number}")
        link = page.get_by_role("link", name="Show on the map")
        where = "https://www.openstreetmap.org/?mlat=55.751244&mlon=37.618423#map=17/55.751244/37.618423"
        await expect(link).to_have_attribute("href", where)
        await expect(link).to_have_attribute("target", "_blank")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        await expect(page.locator(".piece").first).to_contain_text("Red Square")
        assert foreign == []  # nothing of the map is loaded before somebody asks for it


async def test_a_contact_card_has_a_name_and_a_phone_number_to_copy(rig: Rig) -> None:
    number = await brings(rig)
    async with rig.signed_in(await rig.office.agent("Olga")) as page:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.goto(f"/desk/tickets/{number}")
        card = page.locator(".piece-card")
        await expect(card.locator(".piece-name")).to_have_text("Vera Petrova")
        await expect(card).to_contain_text("Director")
        phone = page.get_by_role("link", name="Phone: +7 (900) 123-45-67")
        await expect(phone).to_have_attribute("href", "tel:+79001234567")
        await page.get_by_role("button", name="Copy +7 (900) 123-45-67").click()
        await expect(card.get_by_role("status").first).to_have_text("Copied")
        assert await page.evaluate("navigator.clipboard.readText()") == "+7 (900) 123-45-67"


async def test_a_forwarded_message_has_its_author_words_files_and_what_it_quotes(rig: Rig) -> None:
    number = await brings(rig)
    async with rig.signed_in(await rig.office.agent("Olga"), script=False) as page:
        await page.goto(f"/desk/tickets/{number}")
        outer = page.locator(".piece-passage").first
        await expect(outer.locator("> .piece-title")).to_contain_text("Forwarded message from Shop")
        await expect(outer.get_by_role("link", name="https://example.org/1")).to_be_visible()
        await expect(outer.locator("> .file")).to_contain_text("bill.pdf")
        inner = outer.locator(".piece-passage")
        await expect(inner.locator("> .piece-title")).to_contain_text("In answer to Boris")
        await expect(inner).to_contain_text("What is your number?")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_contents_are_for_everybody(rig: Rig, width: int, scheme: str) -> None:
    number = await brings(rig)
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, await rig.office.agent("Olga"))
        await page.goto(f"/desk/tickets/{number}")
        await expect(page.locator(".piece-card")).to_be_visible()
        found = (await Axe().run(page, options=RULES)).response["violations"]
        assert [violation["id"] for violation in found] == []
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
