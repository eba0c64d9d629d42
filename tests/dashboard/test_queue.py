import re
from html import unescape

from sqlalchemy.orm import Session

from handoff.models import ChannelState, DeliveryState, Ticket
from tests.office import Office


def questions(html: str) -> list[str]:
    return re.findall(r'<span class="row-question" dir="auto">([^<]*)</span>', html)


async def test_filters_show_and_count_what_they_say(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    mine, his, _free, answered, done = [await office.asks(f"question {n}") for n in range(5)]
    write, desk = office.database.write, office.desk
    await write(lambda session: desk.ownership.claim(session, mine, olga.id))
    await write(lambda session: desk.ownership.claim(session, his, boris.id))
    await write(lambda session: desk.reply(session, answered, boris.id, "Which one?"))
    await office.delivery(answered, DeliveryState.SENT)
    await write(lambda session: desk.resolve(session, done, boris.id))
    async with office.signed_in(olga) as browser:
        pages = {
            show: (await browser.get(f"/desk?show={show}")).text
            for show in ("all", "mine", "unassigned", "late", "waiting", "solved", "nonsense")
        }
        assert questions(pages["all"]) == ["question 0", "question 1", "question 2", "question 3"]
        assert questions(pages["mine"]) == ["question 0"]
        assert questions(pages["unassigned"]) == ["question 2"]
        assert questions(pages["late"]) == []
        assert questions(pages["waiting"]) == ["question 3"]
        assert questions(pages["solved"]) == ["question 4"]
        assert pages["nonsense"] == pages["all"]
        chips = re.findall(r'class="chip"[^>]*>([^<]+?) ?(?:<b>(\d+)</b>)?</a>', pages["all"])
        counts = dict(chips)
        assert counts == {
            "All": "4",
            "Mine": "1",
            "Unassigned": "1",
            "Mentions me": "0",
            "Late": "0",
            "Waiting for the contact": "1",
            "Undelivered": "0",
            "Snoozed": "0",
            "Solved": "",
        }
        office.clock.passes(hours=12, minutes=1)
        await browser.signs_in(olga.email)
        late = (await browser.get("/desk?show=late")).text
        assert questions(late) == ["question 0", "question 1", "question 2"]
        assert "1 min late" in late


async def test_the_filter_stays_in_the_address(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        page = (await browser.get("/desk?show=unassigned")).text
        assert f'href="/desk/tickets/{number}?show=unassigned"' in page
        claimed = await browser.sends(f"/desk/tickets/{number}/claim?show=unassigned")
        assert claimed.headers["location"] == f"/desk/tickets/{number}?show=unassigned"


async def test_filters_are_combined(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    write, desk = office.database.write, office.desk
    asked = {
        "vk ru": await office.asks("vk ru", account="vk:main", language="ru"),
        "vk en": await office.asks("vk en", account="vk:main", language="en"),
        "telegram en": await office.asks("telegram en", account="telegram:main", language="en"),
    }
    await write(lambda session: desk.ownership.claim(session, asked["vk en"], olga.id))
    await write(lambda session: desk.ownership.claim(session, asked["telegram en"], boris.id))

    async def found(query: str) -> list[str]:
        return questions((await browser.get(f"/desk?{query}")).text)

    async with office.signed_in(olga) as browser:
        assert await found("channel=vk:main") == ["vk ru", "vk en"]
        assert await found("channel=vk:main&language=en") == ["vk en"]
        assert await found("language=en&show=mine") == ["vk en"]
        assert await found("channel=vk:main&show=unassigned") == ["vk ru"]
        assert await found(f"agent={boris.id}") == ["telegram en"]
        assert await found(f"agent={boris.id}&channel=vk:main") == []
        assert await found("channel=max:main") == []
        office.clock.passes(hours=13)
        await browser.signs_in(olga.email)
        await write(lambda session: desk.ownership.claim(session, asked["vk en"], olga.id))
        assert await found("show=mine&show=late") == ["vk en"]


async def test_questions_that_mention_the_agent_are_a_filter_with_a_count(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    numbers = [await office.asks(f"question {n}") for n in range(4)]
    write, desk = office.database.write, office.desk
    for number in numbers[:3]:
        await write(lambda session, number=number: desk.note(session, number, olga.id, "@Boris, @boris: look"))  # type: ignore[misc]
    await write(lambda session: desk.note(session, numbers[0], olga.id, "@Boris once more"))
    await write(lambda session: desk.resolve(session, numbers[1], olga.id))
    await write(lambda session: desk.ownership.claim(session, numbers[2], boris.id))

    def count(html: str) -> str:
        found = re.search(r'id="chip-mentioned".*?<b>([^<]*)</b>', html)
        assert found is not None
        return found[1]

    async with office.signed_in(boris) as browser, office.signed_in(olga) as other:
        page = (await browser.get("/desk?show=mentioned")).text
        assert (questions(page), count(page)) == (["question 0", "question 2"], "2")
        assert questions((await browser.get(f"/desk/tickets/{numbers[0]}?show=mentioned")).text) == [
            "question 0",
            "question 2",
        ]  # seen, and still a list to work on
        assert questions((await browser.get("/desk?show=mine&show=mentioned")).text) == ["question 2"]
        assert questions((await browser.get("/desk?show=mentioned&show=solved")).text) == ["question 1"]
        page = (await other.get("/desk?show=mentioned")).text
        assert (questions(page), count(page), "No note mentions you" in page) == ([], "0", True)
        await browser.sends("/desk/views", name="For me", query="?show=mentioned")
        view = (await browser.get("/desk")).text.partition('chip-saved" href="/desk?show=mentioned"')[2]
        assert re.findall(r"<b>([^<]*)</b>", view.partition("</a>")[0]) == ["2"]
    # What one agent's page fetched is not shown to another.
    queue = "/desk/queue?show=mentioned"
    async with office.signed_in(boris) as browser, office.signed_in(olga) as other:
        assert questions((await browser.get(queue)).text) == ["question 0", "question 2"]
        assert questions((await other.get(queue)).text) == []


async def test_a_category_is_a_filter(office: Office) -> None:
    olga = await office.agent("Olga")
    numbers = [await office.asks(f"question {n}") for n in range(2)]

    def sort(session: Session) -> None:
        session.get_one(Ticket, numbers[1]).category = "music"

    await office.database.write(sort)
    async with office.signed_in(olga) as browser:
        assert questions((await browser.get("/desk?category=music")).text) == ["question 1"]


async def test_a_chip_sets_its_filter_and_takes_it_back(office: Office) -> None:
    olga = await office.agent("Olga")

    def chip(html: str, show: str) -> str:
        (href,) = re.findall(rf'id="chip-{show}" class="chip" href="([^"]*)"', html)
        return unescape(href)

    async with office.signed_in(olga) as browser:
        page = (await browser.get("/desk?channel=vk%3Amain&page=3")).text
        mine = chip(page, "mine")
        assert mine == "/desk?show=mine&channel=vk%3Amain"
        page = (await browser.get(mine)).text
        assert chip(page, "mine") == chip(page, "all") == "/desk?channel=vk%3Amain"
        assert chip(page, "late") == "/desk?show=mine&show=late&channel=vk%3Amain"
        assert chip(page, "unassigned") == "/desk?show=unassigned&channel=vk%3Amain", "it cannot be both"
        page = (await browser.get(chip(page, "late"))).text
        assert chip(page, "waiting") == "/desk?show=mine&show=waiting&channel=vk%3Amain"


async def test_nonsense_in_the_address_is_left_out(office: Office) -> None:
    olga, question = await office.agent("Olga"), "Where is my page?"
    await office.asks(question)
    async with office.signed_in(olga) as browser:
        for query in ("show=mine&show=unassigned", "agent=none", "agent=99999999999999999999", "page=-1", "page=0x1"):
            assert questions((await browser.get(f"/desk?{query}")).text) == [question]
        for query in ("category=%00", "language='--", "channel=" + "x" * 5000):
            assert questions((await browser.get(f"/desk?{query}")).text) == []


async def test_undelivered_answers_are_counted_and_found(office: Office) -> None:
    olga = await office.agent("Olga")
    lost, _ = await office.asks("lost"), await office.asks("other")
    await office.database.write(lambda session: office.desk.reply(session, lost, olga.id, "Yes"))
    await office.delivery(lost, DeliveryState.REFUSED, "blocked the community")
    async with office.signed_in(olga) as browser:
        page = (await browser.get("/desk?show=undelivered")).text
        assert questions(page) == ["lost"]
        assert '<b class="rail-count">1</b>' in page
        assert '<b class="rail-count">1</b>' in (await browser.get("/desk/queue")).text


async def test_the_oldest_promise_comes_first(office: Office) -> None:
    olga = await office.agent("Olga")
    first, second = await office.asks("first"), await office.asks("second")
    async with office.signed_in(olga) as browser:
        taken = [(await browser.sends("/desk/next")).headers["location"] for _ in range(2)]
        assert taken == [f"/desk/tickets/{first}", f"/desk/tickets/{second}"]
        nobody = await browser.sends("/desk/next")
        assert nobody.status_code == 200
        assert "No question is waiting for an agent." in nobody.text


async def test_an_empty_queue_says_what_it_is_for(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        assert "The queue is empty" in (await browser.get("/desk")).text
        assert "You hold no questions" in (await browser.get("/desk?show=mine")).text


async def test_troubles_stand_above_every_page(office: Office) -> None:
    olga = await office.agent("Olga")
    problem = "the token is rejected"
    state = ChannelState(account="vk:main", random_base=1, problem=problem, updated_at=office.clock())
    await office.database.write(lambda session: session.add(state))
    async with office.signed_in(olga) as browser:
        assert f"<b>vk:main</b>: {problem}" in (await browser.get("/desk")).text
        assert "Redis is away" not in (await browser.get("/desk")).text
        office.bus.degraded = True
        assert "Redis is away" in (await browser.get("/desk/queue")).text
    async with office.signed_in(olga, "ru") as browser:
        assert "<b>vk:main</b>: токен отклонён" in (await browser.get("/desk")).text


async def test_refused_buttons_are_told(office: Office) -> None:
    olga = await office.agent("Olga")
    now = office.clock()
    state = ChannelState(account="vk:main", random_base=1, buttons_refused_at=now, updated_at=now)
    await office.database.write(lambda session: session.add(state))
    async with office.signed_in(olga) as browser:
        assert "<b>vk:main</b>: the platform refuses buttons" in (await browser.get("/desk")).text
    office.clock.passes(hours=1)
    async with office.signed_in(olga) as browser:
        assert "the platform refuses buttons" not in (await browser.get("/desk")).text


async def test_more_than_one_page(office: Office) -> None:
    olga = await office.agent("Olga")
    for number in range(51):
        await office.asks(f"question {number}")
    async with office.signed_in(olga) as browser:
        first, second = (await browser.get("/desk")).text, (await browser.get("/desk?page=2")).text
    assert len(questions(first)) == 50
    assert questions(second) == ["question 50"]
    assert 'href="/desk?page=2"' in first
    assert 'href="/desk"' in second


async def test_the_pages_speak_the_browsers_language(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga, "hu-HU,hu;q=0.9,en;q=0.8") as browser:
        page = (await browser.get("/desk")).text
        assert '<html lang="hu">' in page
        assert "Senki sem vár" in page
    async with office.signed_in(olga, "fr") as browser:
        assert '<html lang="ru">' in (await browser.get("/desk")).text


async def test_what_was_opened_again_is_marked(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("where is it?")
    async with office.signed_in(olga) as browser:
        assert "row-reopened" not in (await browser.get("/desk")).text
        await office.database.write(lambda session: office.desk.resolve(session, number, olga.id))
        assert "row-reopened" not in (await browser.get("/desk?show=solved")).text
        await office.database.write(lambda session: office.desk.dispute(session, session.get_one(Ticket, number)))
        assert '<span class="row-reopened">reopened</span>' in (await browser.get("/desk")).text


async def test_a_silent_contact_is_named_as_the_reason_of_the_closing(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("where is it?")
    await office.database.write(lambda session: office.desk.time_out(session, session.get_one(Ticket, number)))
    async with office.signed_in(olga, "ru") as browser:
        assert "Вопрос закрыт: автор не ответил" in (await browser.get(f"/desk/tickets/{number}")).text


async def test_an_agent_knows_whether_their_name_is_told(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("where is it?")
    async with office.signed_in(olga) as browser:
        await browser.sends(f"/desk/tickets/{number}/claim")
        assert "Sent as a private message, with your name." in (await browser.get(f"/desk/tickets/{number}")).text
        office.desk.agents_named = False
        assert "Sent as a private message, without your name." in (await browser.get(f"/desk/tickets/{number}")).text


async def test_a_question_whose_answer_did_not_arrive_is_marked(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.reply(session, number, olga.id, "Here."))
    marks = {
        DeliveryState.RETRYING: "the answer is delayed",
        DeliveryState.REFUSED: "the answer was refused",
        DeliveryState.MAYBE: "the answer may not have arrived",
        DeliveryState.FAILED: "the answer did not arrive",
    }
    async with office.signed_in(olga) as browser:
        for state, mark in marks.items():
            await office.delivery(number, state)
            shown = f'<span class="row-undelivered">{mark}</span>'
            assert shown in (await browser.get("/desk")).text
            page = (await browser.get(f"/desk/tickets/{number}?show=waiting")).text
            assert (page.count(shown), "in 12 h" in page) == (1, True)
        await office.delivery(number, DeliveryState.SENT)
        assert "row-undelivered" not in (await browser.get(f"/desk/tickets/{number}")).text
