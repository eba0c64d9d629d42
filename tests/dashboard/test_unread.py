"""Unread questions: a state of each agent's own, in the list and in the title."""

import re

from sqlalchemy.orm import Session

from handoff.models import Message, MessageKind, Ticket
from tests.office import Browser, Office


async def writes(office: Office, ticket_id: int, text: str) -> None:
    def write(session: Session) -> None:
        ticket = session.get_one(Ticket, ticket_id)
        line = Message(
            contact_id=ticket.contact_id,
            ticket_id=ticket_id,
            kind=MessageKind.INCOMING,
            author="Anna",
            text=text,
            at=office.clock(),
        )
        session.add(line)
        office.desk.join(session, ticket)

    await office.database.write(write)


def classes(html: str, ticket_id: int) -> set[str]:
    start = html.index(f'<a id="row-{ticket_id}"')
    found = re.search(r'class="([^"]*)"', html[start:])
    assert found is not None
    return set(found[1].split())


async def page(browser: Browser, address: str = "/desk") -> str:
    answer = await browser.get(address)
    assert answer.status_code == 200
    return answer.text


async def test_unread_until_looked_at_for_each_agent(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as hers, office.signed_in(boris) as his:
        assert "row-unread" in classes(await page(hers), number)
        opened = await page(hers, f"/desk/tickets/{number}")
        assert "row-unread" not in classes(opened, number)
        assert "row-unread" not in classes(await page(hers), number)
        assert "row-unread" in classes(await page(his), number)
        await writes(office, number, "Hello?")
        assert "row-unread" in classes(await page(hers), number)
        await hers.get(f"/desk/tickets/{number}/thread")  # the live update shows it
        assert "row-unread" not in classes(await page(hers), number)


async def test_agents_own_lines_are_no_news(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as hers:
        await page(hers, f"/desk/tickets/{number}")
        await office.database.write(lambda session: office.desk.note(session, number, boris.id, "I know this one"))
        await office.database.write(lambda session: office.desk.reply(session, number, boris.id, "It is here."))
        assert "row-unread" not in classes(await page(hers), number)


async def test_a_transferred_question_is_new_to_its_receiver(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as hers, office.signed_in(boris) as his:
        await page(his, f"/desk/tickets/{number}")
        await page(hers, f"/desk/tickets/{number}")
        await office.database.write(lambda session: office.desk.handovers.transfer(session, number, olga.id, boris.id))
        assert "row-handed" not in classes(await page(hers), number)
        assert "row-handed" in classes(await page(his), number)
        assert "<title>(1) Questions" in await page(his)
        assert "<title>#" in await page(his, f"/desk/tickets/{number}")
        assert "row-handed" not in classes(await page(his), number)


async def test_the_title_counts_unread_questions_that_the_agent_holds(office: Office) -> None:
    olga = await office.agent("Olga")
    mine, other = await office.asks("Where is my page?"), await office.asks("May I bring my dog?")
    async with office.signed_in(olga) as hers:
        assert "<title>Questions" in await page(hers)
        await page(hers, f"/desk/tickets/{mine}")
        await page(hers, f"/desk/tickets/{other}")
        await office.database.write(lambda session: office.desk.ownership.claim(session, mine, olga.id))
        await writes(office, mine, "Hello?")
        await writes(office, other, "Hello?")
        assert "<title>(1) Questions" in await page(hers)
        assert (await hers.get("/desk/unread")).text == "1"
        assert f"<title>(1) #{other}" in await page(hers, f"/desk/tickets/{other}")
        assert f"<title>#{mine}" in await page(hers, f"/desk/tickets/{mine}")
        assert (await hers.get("/desk/unread")).text == "0"
