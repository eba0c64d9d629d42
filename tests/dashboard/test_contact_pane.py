"""The pane beside a ticket: links between addresses, notes about the contact, and spam."""

import re

import pytest

from handoff.models import TicketStatus
from handoff.tickets import queue
from tests.office import Office


def pane(html: str) -> str:
    return html[html.index('id="contact-card"') :]


async def test_two_addresses_become_one_person_and_two_again(office: Office) -> None:
    olga = await office.agent("Olga")
    here = await office.asks("Where is my page?", name="Anna Petrova", account="vk:main")
    there = await office.asks("And my music?", name="A.", account="telegram:second")
    base = f"/desk/tickets/{here}/contact"
    async with office.signed_in(olga) as browser:
        page = pane((await browser.get(f"/desk/tickets/{here}")).text)
        assert "This is the first one." in page
        assert "And my music?" not in page
        assert (await browser.sends(f"{base}/link", question=f"#{there}")).status_code == 303
        page = pane((await browser.get(f"/desk/tickets/{here}")).text)
        assert "Also writes from" in page
        assert "Telegram · second" in page
        assert "And my music?" in page
        assert "2 questions" in page
        other = re.search(r'name="contact" value="(\d+)"', page)
        assert other is not None
        # The other ticket's thread keeps to its own address.
        lines = (await browser.get(f"/desk/tickets/{there}/thread")).text
        assert "Where is my page?" not in lines[: lines.index("ticket-head")]
        await browser.sends(f"{base}/unlink", contact=other[1])
        assert "Also writes from" not in pane((await browser.get(f"/desk/tickets/{here}")).text)


@pytest.mark.parametrize("question", ["", "0", "99999", "x", "9" * 30, "1"])
async def test_what_names_no_other_contact_is_refused_in_words(office: Office, question: str) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        refused = await browser.sends(f"/desk/tickets/{number}/contact/link", question=question)
        assert refused.status_code == 404
        assert "There is no such question, message or colleague." in refused.text


async def test_spam_at_the_desk_can_be_taken_back(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Buy elephants")
    async with office.signed_in(olga) as browser:
        await browser.sends(f"/desk/tickets/{number}/contact/mute")
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert "Olga marked the contact as spam" in page
        assert "Marked as spam: nothing is answered" in page
        ticket = await office.database.read(lambda session: queue.ticket(session, number, office.clock()))
        assert ticket is not None
        assert ticket.status is TicketStatus.SOLVED
        await browser.sends(f"/desk/tickets/{number}/contact/unmute")
        assert "Marked as spam: nothing is answered" not in (await browser.get(f"/desk/tickets/{number}")).text
