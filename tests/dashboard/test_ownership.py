"""The pages of who holds a question: handing over, assigning, and agents who are away."""

import pytest
from sqlalchemy.orm import Session

from handoff.models import Agent, Message, MessageKind, Role
from handoff.people.privacy.erasure import forget
from handoff.tickets.ownership.handovers import ASK_EVERY
from tests.office import Office


async def promote(office: Office, agent_id: int) -> None:
    def work(session: Session) -> None:
        session.get_one(Agent, agent_id).role = Role.LEAD

    await office.database.write(work)


@pytest.mark.parametrize("script", [False, True])
async def test_a_colleague_asks_and_the_owner_hands_over(office: Office, script: bool) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as owner, office.signed_in(boris) as other:
        await owner.sends(f"{path}/claim")
        assert "Ask to hand over" in (await other.get(path)).text
        assert (await other.sends(f"{path}/ask", script=script)).status_code == (200 if script else 303)
        page = (await other.get(path)).text
        assert "You asked to have it 0 s ago." in page
        assert "Ask to hand over" not in page
        page = (await owner.get(path)).text
        assert "Boris asks you to hand this question over." in page
        await owner.sends(f"{path}/requests/{boris.id}/decline", script=script)
        assert "Boris asks you" not in (await owner.get(path)).text
        assert "They keep it for now." in (await other.get(path)).text
        office.clock.now += ASK_EVERY
        await other.sends(f"{path}/ask")
        await owner.sends(f"{path}/requests/{boris.id}/accept", script=script)
        assert "You hold it" in (await other.get(path)).text
        assert (await other.sends(f"{path}/requests/{olga.id}/accept")).status_code == 404


async def test_a_note_of_a_transfer_shows_whether_it_was_seen(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as sender, office.signed_in(boris) as receiver:
        await sender.sends(f"{path}/transfer", to=str(boris.id), note="Ask for <the> receipt")
        assert "for Boris · not seen yet" in (await sender.get(path)).text
        page = (await receiver.get(path)).text
        assert "Note by Olga" in page
        assert "Ask for &lt;the&gt; receipt" in page
        page = (await sender.get(path)).text
        assert "for Boris · seen" in page
    assert await office.texts(MessageKind.NOTE) == ["Ask for <the> receipt"]


async def test_a_lead_takes_a_question_over_and_says_why(office: Office) -> None:
    olga, boris, lena = [await office.agent(name) for name in ("Olga", "Boris", "Lena")]
    await promote(office, lena.id)
    number = await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as owner, office.signed_in(boris) as agent, office.signed_in(lena) as lead:
        await owner.sends(f"{path}/claim")
        assert 'id="do-assign"' not in (await agent.get(path)).text
        assert (await agent.sends(f"{path}/assign", to=str(boris.id), reason="mine")).status_code == 403
        refused = await lead.sends(f"{path}/assign", to=str(boris.id))
        assert refused.status_code == 422
        assert "Say why: the owner reads it in the thread." in refused.text
        assert "You hold it" in (await owner.get(path)).text
        await lead.sends(f"{path}/assign", to=str(boris.id), reason="Olga is <ill>")
        assert "Lena gave the question to Boris: Olga is &lt;ill&gt;" in (await owner.get(path)).text
        assert "You hold it" in (await agent.get(path)).text
        await lead.sends(f"{path}/assign", to=str(lena.id), reason="a complaint")
        assert "Lena took the question over: a complaint" in (await agent.get(path)).text


async def test_who_is_away_is_shown_as_away(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as one, office.signed_in(boris) as other:
        assert "Boris (away)" not in (await one.get(f"/desk/tickets/{number}")).text
        sent = await other.sends("/desk/availability", away="1", back=f"/desk/tickets/{number}")
        assert (sent.status_code, sent.headers["location"]) == (303, f"/desk/tickets/{number}")
        assert "I am here again" in (await other.get("/desk")).text
        assert "Boris (away)" in (await one.get(f"/desk/tickets/{number}")).text
        sent = await other.sends("/desk/availability", away="", back="https://elsewhere.test/")
        assert sent.headers["location"] == "/desk"
        assert "I am away" in (await other.get("/desk")).text


async def test_a_returned_question_names_its_former_owner(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris Ivanov")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as one:
        await office.database.write(lambda session: office.desk.ownership.claim(session, number, boris.id))
        office.clock.passes(minutes=27)
        page = (await one.get(f"/desk/tickets/{number}")).text
        assert '<b class="lapse-left">3:00</b>' in page
        office.clock.passes(minutes=3)
        page = (await one.get(f"/desk/tickets/{number}")).text
        assert '<span class="row-former">was with Boris</span>' in page
        assert '<span class="holder">was with Boris Ivanov</span>' in page
        assert "lapse-left" not in page


async def test_the_next_question_is_taken_from_the_list_that_is_shown(office: Office) -> None:
    olga = await office.agent("Olga")
    await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        none = await browser.sends("/desk/next?show=undelivered")
        assert "No question of this list is waiting for an agent." in none.text
        taken = await browser.sends("/desk/next?show=unassigned&page=2")
        assert taken.headers["location"].endswith("?show=unassigned")


async def test_a_renewal_needs_the_claim_and_the_forms_token(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}/renew"
    async with office.signed_in(olga) as one, office.signed_in(boris) as other:
        await one.sends(f"/desk/tickets/{number}/claim")
        assert (await one.sends(path)).status_code == 204
        assert (await other.sends(path)).status_code == 409
        assert (await one.client.post(path, content=b"")).status_code == 403


async def test_erasing_a_contact_takes_handover_notes_along(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    await office.database.write(
        lambda session: office.desk.handovers.transfer(session, number, olga.id, boris.id, "secret note")
    )
    contact = await office.database.read(lambda session: session.query(Message.contact_id).limit(1).scalar())
    await office.database.write(lambda session: forget(session, contact, office.clock))
    assert await office.texts(MessageKind.NOTE) == []
