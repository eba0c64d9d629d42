"""Typing the words of a choice instead of pressing it."""

from handoff.models import MessageKind
from tests.journeys.stage import Stage


async def test_the_words_of_a_choice_are_a_press(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    assert "Как скачать музыку?" in anna.labels()

    await anna.writes("как скачать музыку")
    assert (await anna.hears()).text.startswith("Как скачать музыку?\n\nСкачать музыку можно по подписке.")
    await anna.writes("ЭТО ПОМОГЛО!")
    assert (await anna.hears()).text == "Отлично! Если появится другой вопрос, просто напишите."
    assert await stage.tickets() == []
    told = [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
    assert told == ["музыка"]


async def test_typed_from_the_choices_to_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    await anna.writes("ни один вариант не подходит")
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?\n")
    await anna.writes("не нужно")
    await anna.hears()
    assert await stage.tickets() == []

    boris = await stage.contact("Борис")  # what Анна rejected she is not offered again
    await boris.writes("музыка")
    await boris.hears()
    await boris.writes("Ни один вариант не подходит")
    await boris.hears()
    await boris.writes("да передать")
    assert "передан агенту" in (await boris.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("музыка", "none_fits")


async def test_a_choice_with_a_slip_of_the_finger_is_answered(stage: Stage) -> None:
    """Added to what was asked before, its words would be a guess at most."""
    anna = await stage.contact("Анна")
    await anna.writes("нет музыки")
    assert (await anna.hears()).text == "Возможно, вы об этом:"
    assert "Нет звука в музыке" in anna.labels()
    await anna.writes("Нет звука в мзыке")
    assert (await anna.hears()).text.startswith("Нет звука в музыке\n\n")
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"]


async def test_what_was_pressed_is_no_button_any_more(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("как скачать музыку")
    await anna.hears()
    await anna.presses("Это не решает мою проблему")
    assert (await anna.hears()).text.startswith("Что не так с этим ответом?")
    await anna.writes("это помогло")
    assert (await anna.hears()).text == "Пожалуйста. Если появится другой вопрос, просто напишите."
    told = [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.EVENT]
    assert told == ["pressed not_helped"]


async def test_yes_and_no_answer_what_was_asked(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    await anna.writes("нет")  # none of the choices
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?\n")
    await anna.writes("Нет, спасибо")
    assert (await anna.hears()).text.startswith("Хорошо, никому не передаю.")
    assert await stage.tickets() == []

    boris = await stage.contact("Борис")  # what Анна rejected she is not offered again
    await boris.writes("музыка")
    await boris.hears()
    await boris.writes("не то")
    await boris.hears()
    await boris.writes("да")
    assert "передан агенту" in (await boris.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("музыка", "none_fits")


async def test_that_it_did_not_help_is_heard(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("как скачать музыку")
    await anna.hears()
    await anna.writes("не помогло")
    assert (await anna.hears()).text.startswith("Что не так с этим ответом?")
    told = [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.EVENT]
    assert told == ["pressed not_helped"]


async def test_an_agent_who_asks_gets_the_yes(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person()
    ticket = await boris.takes_next()
    assert ticket is not None
    await boris.replies(ticket, "Это случилось сегодня?")
    await anna.hears()
    assert await anna.sees_mark(await anna.writes("да"))
    told = [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
    assert told[-1] == "да"
