"""A form that is edited while the bot runs: the next contact is asked the new fields, others finish the old ones."""

import pytest

from knowledge.entries.forms import FormField
from tests.conftest import Backend
from tests.journeys.stage import Stage
from tests.journeys.test_forms import begins
from tests.web.counter import open_counter

FIELDS = (
    FormField("since", "number", labels={"ru": "Сколько часов назад?"}),
    FormField("what", "choice", required=False, labels={"ru": "Что видно?"}, choices={"ru": ("Спам", "Ничего")}),
)


async def test_the_edited_fields_are_asked_in_their_order(stage: Stage) -> None:
    await stage.app.db.write(lambda session: stage.app.library.put_form(session, "hacked", FIELDS))
    anna = await stage.contact("Анна")
    await anna.writes("мою страницу взломали")
    assert (await anna.hears()).text.endswith("Шаг 1 из 2. Сколько часов назад?")
    await anna.writes("давно")
    assert (await anna.hears()).text.startswith("Здесь нужно число")
    await anna.writes("3")
    assert (await anna.hears()).text == "Шаг 2 из 2. Что видно?"
    assert anna.labels() == ["Спам", "Ничего", "Пропустить", "Назад", "Отменить"]
    await anna.presses("Ничего")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "мою страницу взломали\nСколько часов назад? 3\nЧто видно? Ничего"


@pytest.mark.parametrize("fields", [FIELDS, ()])
async def test_a_contact_in_the_middle_finishes_the_form_that_they_began(
    stage: Stage, fields: tuple[FormField, ...]
) -> None:
    anna = await begins(stage)
    await anna.writes("example.org/anna")
    await anna.hears()
    await stage.app.db.write(lambda session: stage.app.library.put_form(session, "hacked", fields))
    await anna.presses("Пропустить")
    assert (await anna.hears()).text == "Шаг 3 из 5. Когда это случилось?"
    await anna.writes("1.3.2026")
    assert (await anna.hears()).text == "Шаг 4 из 5. Что случилось?"
    await anna.presses("Не могу войти")
    await anna.hears()
    await anna.presses("Пропустить")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question.splitlines()[1:] == [
        "Ссылка на вашу страницу? example.org/anna", "Когда это случилось? 01.03.2026", "Что случилось? Не могу войти",
    ]  # fmt: skip


async def test_without_fields_the_question_goes_straight_to_an_agent(stage: Stage) -> None:
    await stage.app.db.write(lambda session: stage.app.library.put_form(session, "hacked", ()))
    anna = await stage.contact("Анна")
    await anna.writes("мою страницу взломали")
    assert "передан агенту" in (await anna.hears()).text
    assert len(await stage.tickets()) == 1


async def test_the_chat_of_the_help_page_asks_the_edited_fields(backend: Backend) -> None:
    async with open_counter(backend) as counter, counter.visitor() as anna:
        app = counter.app
        await app.db.write(lambda session: app.library.put_form(session, "hacked", FIELDS))
        await anna.writes("мою страницу взломали")
        assert (await anna.hears(1)).endswith("Шаг 1 из 2. Сколько часов назад?")
        await anna.writes("3")
        assert (await anna.hears(2)).endswith("Шаг 2 из 2. Что видно?")
        assert "Спам" in await anna.buttons()
        await anna.presses("Спам")
        assert "передан агенту" in await anna.hears(3)
