"""Forms take answers as people write them, and neither a question nor a picture in between is a mistake."""

import pytest

from tests.journeys.stage import ContactOnStage, Stage
from tests.journeys.test_forms import CANCEL, begins
from tests.journeys.test_sending_files import PNG, photo
from tests.journeys.test_things_shown import things

AS_IS = "Передать как есть"
NO_LINK = "Здесь нужна ссылка, например https://example.org/anna.\n"
PAGE, PHONE, WHEN = (
    "Шаг 1 из 5. Ссылка на вашу страницу?",
    "Шаг 2 из 5. Телефон страницы?",
    "Шаг 3 из 5. Когда это случилось?",
)


async def answers(who: ContactOnStage, *said: tuple[str, str]) -> None:
    """Write each text and hear its response."""
    for text, heard in said:
        await who.writes(text)
        assert (await who.hears()).text == heard


async def sends(stage: Stage, who: ContactOnStage) -> str:
    """Fill in the rest of the form from the fourth field on; the question that a person gets."""
    await who.presses("Не могу войти")
    await who.hears()
    await who.presses("Пропустить")
    assert "передан агенту" in (await who.hears()).text
    return (await stage.tickets())[-1].question


async def test_answers_are_taken_as_people_write_them(stage: Stage) -> None:
    anna = await begins(stage)
    await answers(
        anna,
        ("моя страница: id7788990, раньше была другая", PHONE),
        ("8 921 555-44-33, только не звоните ночью", WHEN),
        ("позавчера вечером", "Шаг 4 из 5. Что случилось?"),
    )
    question = (await sends(stage, anna)).splitlines()
    assert question[1:3] == ["Ссылка на вашу страницу? id7788990", "Телефон страницы? 8 921 555-44-33"]
    assert question[3].startswith("Когда это случилось? ")
    assert question[3].endswith("(позавчера вечером)")


async def test_after_the_second_miss_an_answer_can_be_passed_on_as_it_is(stage: Stage) -> None:
    anna = await begins(stage)
    await answers(anna, ("страница Анны Петровой", NO_LINK + PAGE))
    assert AS_IS not in anna.labels()
    await answers(anna, ("Анна из Казани, с синим котом", NO_LINK + PAGE))
    assert anna.labels() == [AS_IS, *CANCEL]
    await anna.presses(AS_IS)
    assert (await anna.hears()).text == PHONE
    await answers(anna, ("потерян", "Здесь нужен номер телефона с кодом страны, например +7 912 345-67-89.\n" + PHONE))
    assert AS_IS not in anna.labels()  # each field counts its own misses
    await answers(anna, ("+7 912 345 67 89", WHEN), ("вчера", "Шаг 4 из 5. Что случилось?"))
    assert "Ссылка на вашу страницу? Анна из Казани, с синим котом" in await sends(stage, anna)


@pytest.mark.parametrize("words", [AS_IS.lower(), "да", "передайте уж так", "оставьте как есть"])
async def test_the_offer_can_be_taken_in_words(stage: Stage, words: str) -> None:
    anna = await begins(stage)
    for text in ("страница Анны Петровой", "Анна из Казани"):
        await answers(anna, (text, NO_LINK + PAGE))
    await answers(anna, (words, PHONE))


async def test_a_question_in_between_is_answered_and_the_field_asked_again(stage: Stage) -> None:
    anna = await begins(stage)
    for _ in range(2):
        await anna.writes("а как скачать музыку на телефон?")
        assert "Скачать музыку можно по подписке." in (await anna.hears()).text
        assert (await anna.hears()).text == PAGE
        assert anna.labels() == CANCEL  # not a miss
    await anna.presses("Это помогло")  # the help with the music
    assert (await anna.hears()).text.startswith("Отлично!")
    await answers(anna, ("vk.com/anna", PHONE))
    await answers(anna, ("какая завтра погода в казани?", "Хорошо, добавили к вопросу.\n" + PHONE))
    await anna.presses("Пропустить")
    await anna.hears()
    await answers(anna, ("17.02", "Шаг 4 из 5. Что случилось?"))
    question = (await sends(stage, anna)).splitlines()
    assert question[:2] == ["мою страницу взломали", "какая завтра погода в казани?"]


async def test_a_picture_in_between_joins(stage: Stage) -> None:
    anna = await begins(stage)
    for _ in range(2):
        await stage.simulator.writes(anna.person, "", **photo(stage, PNG))
        assert (await anna.hears()).text == "Хорошо, добавили к вопросу.\n" + PAGE
    assert anna.labels() == CANCEL
    await answers(anna, ("@anna_k", PHONE), ("+7 912 345 67 89", WHEN), ("вчера", "Шаг 4 из 5. Что случилось?"))
    await sends(stage, anna)
    (ticket,) = await stage.tickets()
    assert sum(len(line.files) for line in await stage.thread_of(anna) if line.ticket_id == ticket.id) == 2


async def test_a_shared_contact_card_gives_the_phone(stage: Stage) -> None:
    anna = await begins(stage)
    await answers(anna, ("@anna_k", PHONE))
    await anna.writes("", **things(stage)["contact"])
    assert (await anna.hears()).text == WHEN
    await answers(anna, ("вчера", "Шаг 4 из 5. Что случилось?"))
    assert "Телефон страницы? +79123456789" in await sends(stage, anna)
