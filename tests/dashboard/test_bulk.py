"""One action on several rows: each question is done or left, and one sentence says which."""

from handoff.models import MessageKind, Role, Ticket, TicketStatus
from tests.office import Browser, Office


async def send(browser: Browser, action: str, *tickets: int, to: int = 0) -> str:
    form = {"csrf": browser.csrf, "action": action, "ticket": [str(number) for number in tickets], "to": str(to)}
    answer = await browser.client.post("/desk/bulk?show=unassigned", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.text


async def statuses(office: Office) -> list[TicketStatus]:
    return await office.database.read(
        lambda session: [ticket.status for ticket in session.query(Ticket).order_by(Ticket.id)]
    )


async def test_several_are_solved_and_those_of_others_stay(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    numbers = [await office.asks(f"question {count}") for count in range(5)]
    for number in numbers[3:]:
        await office.database.write(
            lambda session, number=number: office.desk.ownership.claim(session, number, boris.id)  # type: ignore[misc]
        )
    async with office.signed_in(olga) as browser:
        said = await send(browser, "resolve", *numbers)
        assert "3 solved, 2 are held by Boris." in said
        assert 'id="queue" hx-swap-oob' in said
        assert await statuses(office) == [TicketStatus.SOLVED] * 3 + [TicketStatus.OPEN] * 2
        assert "0 taken, 1 is held by Boris, 1 is closed already." in await send(
            browser, "take", numbers[0], numbers[4]
        )


async def test_without_a_script_the_list_says_the_result(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("question")
    async with office.signed_in(olga) as browser:
        answer = await browser.sends("/desk/bulk", action="take", ticket=str(number))
        assert "1 taken." in answer.text
        assert "Select what it is about first." in (await browser.sends("/desk/bulk", action="take")).text
        assert "Select what it is about first." in (await browser.sends("/desk/bulk", ticket=str(number))).text


async def test_only_leads_hand_several_to_a_colleague(office: Office) -> None:
    olga, vera = await office.agent("Olga"), await office.agent("Vera", Role.LEAD)
    numbers = [await office.asks(f"question {count}") for count in range(2)]
    async with office.signed_in(olga) as hers, office.signed_in(vera) as leads:
        assert 'value="assign"' not in (await hers.get("/desk")).text
        assert 'value="assign"' in (await leads.get("/desk")).text
        assert "Select what it is about first." in await send(hers, "assign", *numbers, to=vera.id)
        assert "2 handed over." in await send(leads, "assign", *numbers, to=olga.id)
        assert "2 could not be changed" in await send(leads, "assign", 998, 999, to=olga.id)
        assert (await hers.get("/desk?show=mine")).text.count('class="row ') == 2


async def test_what_a_colleague_holds_or_an_unknown_receiver_leaves_no_trace(office: Office) -> None:
    olga, boris, vera = await office.agent("Olga"), await office.agent("Boris"), await office.agent("Vera", Role.LEAD)
    free, held = await office.asks("free"), await office.asks("held")
    await office.database.write(lambda session: office.desk.ownership.claim(session, held, boris.id))
    async with office.signed_in(vera) as leads:
        assert "2 could not be changed" in await send(leads, "assign", free, held, to=10**6)
        assert "1 handed over, 1 is held by Boris." in await send(leads, "assign", free, held, to=olga.id)
    events = await office.texts(MessageKind.EVENT)
    assert [event.split("\n")[0] for event in events] == ["opened", "opened", "claimed", "assigned Vera"]
