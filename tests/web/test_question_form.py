"""From an answer of the help page that leaves a question open to a person."""

import re

import httpx
import pytest
from sqlalchemy import select

from bot.views.wait_times import wait_sentence
from handoff.models import Message, Ticket
from knowledge.entries.models import Lookup
from tests.web.counter import Counter, VisitorOnSite
from tests.web.pictures import PNG


async def fills(anna: VisitorOnSite, path: str, **fields: str) -> httpx.Response:
    """Open the form, keep what it holds, and send it with these fields."""
    page = await anna.opens(path)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return await anna.client.post("/help/ask?lang=ru", data={**hidden, **fields}, files=[("files", ("", b"", ""))])


async def entry_page(counter: Counter, question: str) -> str:
    match = counter.app.library.matcher.match(question, languages=("ru",))
    return f"/help/e/{match.candidates[0].entry_id}"


async def test_what_an_answer_leaves_open_goes_to_a_person_and_not_to_the_same_answer(counter: Counter) -> None:
    async with counter.visitor() as anna:
        place = await entry_page(counter, "как изменить пароль")
        answer = await anna.opens(place)
        link = re.search(r'href="(/help/ask[^"]+)"', answer)
        assert link is not None
        form = await anna.opens(link[1].replace("&amp;", "&"))
        assert "О чём:" in form
        assert wait_sentence("ru", None) in form
        sent = await fills(anna, link[1].replace("&amp;", "&"), text="как изменить пароль", email="anna@example.org")
        assert (sent.status_code, sent.url.path) == (200, "/help/chat")
        assert "передан" in await anna.hears(1)
    ticket = await counter.app.db.read(lambda session: session.scalars(select(Ticket)).one())
    assert ticket.question == "как изменить пароль"
    kept = await counter.app.db.read(lambda session: session.scalars(select(Message).order_by(Message.id)).first())
    assert kept is not None
    assert "anna@example.org" in str(kept.contents)
    assert kept.ticket_id == ticket.id


async def test_a_topic_and_a_file_reach_the_agent_and_the_answer_comes_to_the_chat(counter: Counter) -> None:
    boris = await counter.agent("Boris")
    async with counter.visitor() as anna:
        page = await anna.opens("/help/ask")
        topic = re.search(r'<option value="([\w.-]+)">', page)
        assert topic is not None
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        await anna.client.post(
            "/help/ask",
            data={**hidden, "text": "Пропали деньги с баланса", "category": topic[1]},
            files=[("files", ("чек.png", PNG, "image/png"))],
        )
        await anna.hears(1)
        ticket = await counter.app.db.read(lambda session: session.scalars(select(Ticket)).one())
        assert ticket.category == topic[1]
        kept = await counter.app.db.read(lambda session: session.scalars(select(Message).order_by(Message.id)).first())
        assert kept is not None
        assert [file["name"] for file in kept.attachments or []] == ["чек.png"]
        await boris.claims(ticket.id)
        await boris.replies(ticket.id, "Проверили: деньги вернутся завтра.")
        assert "деньги вернутся завтра" in await anna.hears(2)


async def test_a_second_question_by_the_form_is_a_ticket_of_its_own(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await fills(anna, "/help/ask", text="Пропали деньги с баланса")
        await anna.hears(1)
        await fills(anna, "/help/ask", text="Почему не пускает в сообщество?")
        await anna.hears(2)
    questions = await counter.app.db.read(lambda session: set(session.scalars(select(Ticket.question))))
    assert questions == {"Пропали деньги с баланса", "Почему не пускает в сообщество?"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": "  ", "email": "a@b.ru"}, "Сначала напишите, пожалуйста, вопрос."),
        ({"text": "?"}, "Сначала напишите, пожалуйста, вопрос."),
        ({"text": "👍🙏"}, "Сначала напишите, пожалуйста, вопрос."),
        ({"text": "Где мой заказ?", "email": "anna at example"}, "Это не адрес e-mail"),
        ({"text": "Где мой заказ?", "email": "anna@example"}, "Это не адрес e-mail"),
        ({"text": "я" * 4001}, "Это слишком длинно"),
    ],
)
async def test_a_refused_form_says_why_and_keeps_what_was_typed(
    counter: Counter, fields: dict[str, str], says: str
) -> None:
    async with counter.visitor() as anna:
        answer = await fills(anna, "/help/ask", **fields)
        assert answer.status_code == 422
        assert says in answer.text
        assert fields["text"].strip() in answer.text
        assert f'value="{fields.get("email", "")}"' in answer.text
    assert await counter.app.db.read(lambda session: session.scalars(select(Ticket)).all()) == []


async def test_another_site_cannot_send_the_form(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.opens("/help/ask")
        form = {"key": "k" * 16, "csrf": "", "text": "Где мой заказ?"}
        foreign = await anna.client.post("/help/ask", data=form, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert (await anna.client.post("/help/ask", data=form)).status_code == 403
    assert await counter.app.db.read(lambda session: session.scalars(select(Ticket)).all()) == []


async def test_an_unknown_topic_or_entry_hinders_no_question(counter: Counter) -> None:
    async with counter.visitor() as anna:
        for count, entry in enumerate(("999999999", "-1", "9" * 40), 1):
            fields = {"text": f"Где мой заказ {entry}?", "category": "no-such-topic", "entry": entry}
            sent = await fills(anna, "/help/ask", **fields)
            assert sent.status_code == 200
            await anna.hears(count)
    tickets = await counter.app.db.read(lambda session: session.scalars(select(Ticket)).all())
    assert [ticket.category for ticket in tickets] == [None] * 3


async def test_what_was_searched_for_is_taken_along(counter: Counter) -> None:
    async with counter.visitor() as anna:
        for path in ("/help?q=изменить+пароль", "/help/search?q=изменить+пароль"):
            results = await anna.opens(path)
            assert "Ничего не подошло: задать вопрос" in results
            links = re.findall(r'href="(/help/(?:ask|chat)\?[^"]+)"', results)
            assert len(links) == 2
            for link in links:
                assert ">изменить пароль</textarea>" in await anna.opens(link.replace("&amp;", "&"))


async def test_votes_and_their_reasons_are_counted_once(counter: Counter) -> None:
    place = await entry_page(counter, "как изменить пароль")

    async def votes() -> list[tuple[str | None, str]]:
        return await counter.app.db.read(
            lambda session: [(row.vote, row.outcome) for row in session.scalars(select(Lookup).order_by(Lookup.id))]
        )

    async with counter.visitor() as anna:
        assert "Мне не нравится, как всё устроено" in await anna.opens(place)
        thanks = await anna.client.post(f"{place}/votes", data={"vote": "unclear"})
        assert "Спасибо, мы поработаем над этим ответом." in thanks.text
        await anna.client.post(f"{place}/votes", data={"vote": "helped"})
        assert await votes() == [("not_helped", "unclear")]
        assert (await anna.client.post(f"{place}/votes", data={"vote": "love"})).status_code == 422
        evil = {"Origin": "https://evil.example"}
        other = await entry_page(counter, "как удалить фотографию")
        await anna.client.post(f"{other}/votes", data={"vote": "helped"}, headers=evil)
        assert len(await votes()) == 1
