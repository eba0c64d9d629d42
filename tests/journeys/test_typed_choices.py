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
    assert (await anna.hears()).text == "Рады, что помогло. Если появится другой вопрос, просто напишите."
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

    await anna.writes("музыка")
    await anna.hears()
    await anna.writes("Ни один вариант не подходит")
    await anna.hears()
    await anna.writes("задать вопрос")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("музыка", "none_fits")


async def test_a_choice_with_a_slip_of_the_finger_is_answered(stage: Stage) -> None:
    """Added to what was asked before, its words would only bring the same choices once more."""
    anna = await stage.contact("Анна")
    await anna.writes("музыка пропала песню не слышно на телефоне")
    assert (await anna.hears()).text == "Возможно, вы об этом:"
    assert "Как скачать музыку?" in anna.labels()
    await anna.writes("Как скачать музыкку?")
    assert (await anna.hears()).text.startswith("Как скачать музыку?\n\n")
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
    assert (await anna.hears()).text.startswith("Хорошо, передавать не будем.")
    assert await stage.tickets() == []

    await anna.writes("музыка")
    await anna.hears()
    await anna.writes("не то")
    await anna.hears()
    await anna.writes("да")
    assert "передан агенту" in (await anna.hears()).text
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
    await anna.writes("да")
    assert (await anna.hears()).text.startswith(f"Добавили к вопросу №{ticket}")
    told = [line.text for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
    assert told[-1] == "да"
