"""Long threads: pages of a hundred lines, earlier ones on demand, and the question always in sight."""

import re

from playwright.async_api import expect
from sqlalchemy.orm import Session

from handoff.messages.threads import PAGE
from handoff.models import Message, MessageKind, Ticket
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Office

QUESTION = "Where is my page?"


async def long_thread(office: Office, count: int) -> tuple[int, int]:
    """A ticket whose question is followed by so many lines, the first half of another ticket; both numbers."""
    number = await office.asks(QUESTION)

    def write(session: Session) -> int:
        ticket = session.get_one(Ticket, number)
        asked = session.query(Message).filter_by(text=QUESTION).one()
        asked.ticket_id = number
        other = Ticket(
            contact_id=ticket.contact_id, question="Another", language="en", reason="asked", status=ticket.status,
            opened_at=ticket.opened_at, due_at=ticket.due_at, updated_at=ticket.updated_at,
        )  # fmt: skip
        session.add(other)
        session.flush()
        for place in range(count):
            session.add(
                Message(
                    contact_id=ticket.contact_id, ticket_id=other.id if place < count // 2 else number,
                    kind=MessageKind.INCOMING, author="Anna", text=f"line {place + 1}.", at=office.clock(),
                )
            )  # fmt: skip
        return other.id

    return number, await office.database.write(write)


def lines(html: str) -> list[str]:
    return re.findall(r"<p class=\"words\" dir=\"auto\">(.*?)</p>", html)


async def test_the_newest_page_comes_first_and_each_earlier_one_by_a_link(office: Office) -> None:
    olga = await office.agent("Olga")
    number, other = await long_thread(office, 2 * PAGE)
    async with office.signed_in(olga) as browser:
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert lines(page) == [QUESTION, *(f"line {place}." for place in range(PAGE + 1, 2 * PAGE + 1))]
        address = re.search(r'id="earlier"><a class="button" href="([^"]+)"', page)
        assert address is not None
        earlier = (await browser.get(address.group(1))).text
        assert lines(earlier) == [f"line {place}." for place in range(1, PAGE + 1)]
        assert earlier.count(f'<a class="line-ticket" href="/desk/tickets/{other}">#{other}</a>') == PAGE
        assert f'href="/desk/tickets/{number}">Newest messages</a>' in earlier
        part = (await browser.client.get(address.group(1).replace("?", "/earlier?"))).text
        assert lines(part) == lines(earlier)
        first = re.search(r'id="earlier"><a class="button" href="([^"]+)"', earlier)
        assert first is not None
        assert lines((await browser.get(first.group(1))).text) == [QUESTION]
        for nonsense in ("", "?lines_before=x", "?lines_before=99999999999999999999"):
            assert (await browser.get(f"/desk/tickets/{number}/earlier{nonsense}")).status_code == 404


class TestInABrowser:
    pytestmark = IN_BROWSER

    async def test_loaded_pages_stay_while_the_thread_is_live(self, rig: Rig) -> None:
        olga = await rig.office.agent("Olga")
        number, _ = await long_thread(rig.office, 3 * PAGE)
        async with rig.signed_in(olga) as page:
            await page.goto(f"/desk/tickets/{number}")
            words = page.locator("#lines .words")
            await expect(page.locator("#asked .words")).to_have_text(QUESTION)
            await expect(words).to_have_count(PAGE + 1)
            await page.get_by_role("link", name="Earlier messages").click()
            await expect(words).to_have_count(2 * PAGE + 1)
            await page.locator("#text").fill("Here it is.")
            await page.locator("#text").press("Control+Enter")
            await expect(page.locator(".line-ours .words")).to_have_text("Here it is.")
            await expect(words).to_have_count(2 * PAGE + 2)
            await page.get_by_role("link", name="Earlier messages").click()
            await expect(words).to_have_count(3 * PAGE + 2)
            await page.get_by_role("link", name="Earlier messages").click()
            await expect(page.get_by_role("link", name="Earlier messages")).to_have_count(0)
            await expect(page.locator("#asked")).to_have_count(0)
            shown = await words.all_text_contents()
            assert shown == [QUESTION, *(f"line {place}." for place in range(1, 3 * PAGE + 1)), "Here it is."]
