"""Several questions in one message: each is answered under its own words, in order."""

import pytest

from tests.journeys.stage import Stage

SILENT = "Нет звука в музыке\n\nПроверьте громкость устройства и перезапустите приложение."
DOWNLOAD = "Как скачать музыку?\n\nСкачать музыку можно по подписке."


@pytest.mark.parametrize(
    "words",
    [
        "1) пропал звук у песен 2) где скачать песни",
        "Добрый вечер! Пропал звук у песен. И где скачать песни?",
        "пропал звук у песен?\nгде скачать песни?",
        "Здравствуйте, два вопроса:\n- пропал звук у песен\n- как сохранить трек",
    ],
)
async def test_both_get_their_answers_in_order(stage: Stage, words: str) -> None:
    anna = await stage.contact("Анна")
    await anna.writes(words)
    assert [(await anna.hears()).text, (await anna.hears()).text] == [SILENT, DOWNLOAD]
    assert await stage.tickets() == []


async def test_what_is_not_covered_is_offered_to_a_person_alone(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("1. какая завтра погода в казани? 2. где скачать песни?")
    assert (await anna.hears()).text == DOWNLOAD
    offer = (await anna.hears()).text
    assert offer.startswith("Вы спросили: «какая завтра погода в казани?»\nГотового ответа нет.")
    await anna.writes("да, давайте")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "какая завтра погода в казани?"


async def test_choices_stand_under_their_own_question(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("1) музыка не работает? 2) не могу вспомнить пароль")
    first = await anna.hears()
    assert first.text == "Вы спросили: «музыка не работает?»\nВозможно, вы об этом:"
    assert (await anna.hears()).text.startswith("Забыли пароль — как войти?")
    await anna.presses("Ни один вариант не подходит")
    await anna.hears()
    await anna.presses("Да, передать")
    await anna.hears()
    (ticket,) = await stage.tickets()
    assert ticket.question == "музыка не работает?"


async def test_each_answer_is_voted_on_by_itself(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("Пропал звук у песен. И где скачать песни?")
    silent, _ = await anna.hears(), await anna.hears()
    await anna.presses("Это не решает мою проблему")  # the last one
    assert (await anna.hears()).text.startswith("Что не так с этим ответом?")
    await anna.presses("У меня остались вопросы")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "И где скачать песни?"
    assert silent.text == SILENT


@pytest.mark.parametrize(
    "words",
    [
        "Добрый день! Вчера купил новый телефон. Где скачать песни?",
        "Где скачать песни? Что для этого нужно? Заранее спасибо!",
        "где и как скачать песни",
    ],
)
async def test_context_and_explanation_make_no_second_question(stage: Stage, words: str) -> None:
    anna = await stage.contact("Анна")
    await anna.writes(words)
    await anna.hears()
    await stage.settled()
    assert len(anna.replies) == 1


async def test_a_long_complaint_is_one_question(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    story = "Не помню пароль. " + "Третий день пишу вам, и всё без толку, ответа нет. " * 8 + "Пропал звук у песен."
    await anna.writes(story)
    await anna.hears()
    await stage.settled()
    assert len(anna.replies) == 1
