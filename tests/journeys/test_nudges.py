"""Asking how much longer it takes: one word about the wait, then marks; never an answer and never a question."""

import pytest

from tests.journeys.stage import ContactOnStage, Stage

OPENED = {
    "ru": ("какая завтра погода в казани", "Вопрос №{number} ещё ждёт агента."),
    "en": ("what is the weather on the moon", "Question #{number} is still waiting for a person."),
    "hu": ("milyen idő lesz a holdon", "Az {number}. számú kérdése még munkatársra vár."),
}
NUDGES = {
    "ru": (
        "во сколько мне ответят?",
        "когда поддержка ответит",
        "ответа всё нет(",
        "ну и где вы там?",
        "долго ещё?",
        "??",
    ),
    "en": (
        "when can I expect to hear back?",
        "still nothing?",
        "is anyone on this",
        "any luck with it?",
        "no one replies",
    ),
    "hu": ("sokáig tart még?", "mikor válaszolnak?", "tudnak már mondani valamit?", "még mindig semmi?"),
}


async def waits(stage: Stage, language: str) -> tuple[ContactOnStage, int]:
    anna = await stage.contact("Anna", language)
    await anna.writes(OPENED[language][0])
    await anna.hears()
    await anna.presses(anna.labels()[0])
    await anna.hears()
    (ticket,) = await stage.tickets()
    return anna, ticket.id


@pytest.mark.parametrize("language", NUDGES)
async def test_nudges_join_with_one_word_about_the_wait(stage: Stage, language: str) -> None:
    anna, number = await waits(stage, language)
    first, *others = NUDGES[language]
    assert await anna.sees_mark(await anna.writes(first))
    assert OPENED[language][1].format(number=number) in (await anna.hears()).text
    told = len(anna.replies)
    for words in others:
        assert await anna.sees_mark(await anna.writes(words))
    await stage.settled()
    assert len(anna.replies) == told
    (ticket,) = await stage.tickets()
    assert ticket.question == OPENED[language][0]
    lines = {line.text: line.ticket_id for line in await stage.thread_of(anna)}
    assert [lines[words] for words in NUDGES[language]] == [number] * len(NUDGES[language])


async def test_a_nudge_after_an_answer_is_marked(stage: Stage) -> None:
    anna, number = await waits(stage, "ru")
    boris = await stage.agent("Борис")
    await boris.replies(number, "Узнаю у коллег")
    await anna.hears()
    await stage.passes(minutes=11)
    told = len(anna.replies)
    assert await anna.sees_mark(await anna.writes("ну что, есть новости?"))
    await stage.settled()
    assert len(anna.replies) == told


@pytest.mark.parametrize("words", ["где скачать песни", "когда работает поддержка и во сколько"])
async def test_a_question_with_such_words_is_answered(stage: Stage, words: str) -> None:
    anna, number = await waits(stage, "ru")
    await anna.writes(words)
    assert (await anna.hears()).text.startswith(f"Это ответ из справки, а вопрос №{number}")
