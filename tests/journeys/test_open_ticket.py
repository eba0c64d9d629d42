"""While an agent has a question: help for others, marks for additions, a way to withdraw, and no talking over."""

import pytest

from bot.simulator.faults import Fault
from handoff.models import TicketStatus
from tests.journeys.stage import AgentOnStage, ContactOnStage, Stage

FROM_HELP = "Это ответ из справки, а вопрос №{number} остаётся у агента."


async def waits(stage: Stage) -> tuple[ContactOnStage, AgentOnStage, int]:
    """A contact with a question that an agent has not answered."""
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    return anna, boris, ticket.id


async def test_another_question_that_the_help_covers_is_answered(stage: Stage) -> None:
    anna, _, number = await waits(stage)
    await anna.writes("потерял пароль не могу зайти")
    answer = await anna.hears()
    assert answer.text.startswith(FROM_HELP.format(number=number) + "\n\nЗабыли пароль — как войти?\n\nНажмите")
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"]
    lines = {line.text: line.ticket_id for line in await stage.thread_of(anna)}
    assert lines["потерял пароль не могу зайти"] is None  # agents read both, and neither is part of the ticket
    assert lines[answer.text] is None
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.question) == (TicketStatus.OPEN, "какая завтра погода в казани")

    # Where that does not help, an agent gets it as a question of its own.
    await anna.writes("не помогло")
    await anna.hears()
    await anna.presses("У меня остались вопросы")
    assert "передан агенту" in (await anna.hears()).text
    assert [ticket.question for ticket in await stage.tickets()][1:] == ["потерял пароль не могу зайти"]


async def test_a_question_of_a_kind_that_always_goes_to_a_person_joins_as_well(stage: Stage) -> None:
    anna, _, number = await waits(stage)
    written = await anna.writes("мне грубят в сообщениях")
    assert "Сохраните переписку" in (await anna.hears()).text
    assert await anna.sees_mark(written)
    assert [ticket.id for ticket in await stage.tickets()] == [number]
    lines = {line.text: line.ticket_id for line in await stage.thread_of(anna)}
    assert lines["мне грубят в сообщениях"] == number


async def test_what_the_help_does_not_cover_joins_with_a_mark(stage: Stage) -> None:
    anna, _, number = await waits(stage)
    told = len(anna.replies)
    texts = ("живу у самого вокзала", "412-55-07", "музыка")
    for text in texts:
        assert await anna.sees_mark(await anna.writes(text))
    lines = {line.text: line.ticket_id for line in await stage.thread_of(anna)}
    assert [lines[text] for text in texts] == [number] * 3
    await stage.settled()
    assert len(anna.replies) == told


async def test_a_refused_mark_has_no_consequences(stage: Stage) -> None:
    anna, boris, number = await waits(stage)
    method = "setMessageReaction" if stage.platform == "telegram" else "messages.sendReaction"
    stage.simulator.faults.next(method, refusal(stage))
    await anna.writes("живу у самого вокзала")
    await stage.noted("живу у самого вокзала")
    await boris.replies(number, "Солнечно")
    assert (await anna.hears()).text.endswith("Солнечно")
    await stage.settled()
    assert len(await stage.tickets()) == 1


def refusal(stage: Stage) -> Fault:
    return Fault.error(400, "Bad Request: REACTION_INVALID") if stage.platform == "telegram" else Fault.error(1010)


async def test_what_answers_the_agent_is_not_answered_from_the_help(stage: Stage) -> None:
    anna, boris, number = await waits(stage)
    await boris.replies(number, "Уточните, пожалуйста, что именно не получается.")
    await anna.hears()
    await stage.passes(minutes=11)
    told = len(anna.replies)
    for text in ("забыла пароль от страницы", "верно", "14 марта", "4411"):
        assert await anna.sees_mark(await anna.writes(text))
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.OPEN
    assert len(anna.replies) == told
    await anna.writes("а где скачать песни?")  # this one asks
    assert (await anna.hears()).text.startswith(FROM_HELP.format(number=number))


async def test_an_agreement_answers_the_agent(stage: Stage) -> None:
    anna, boris, number = await waits(stage)
    await boris.replies(number, "Попробуйте войти ещё раз, пожалуйста.")
    await anna.hears()
    assert await anna.sees_mark(await anna.writes("окей, получилось"))
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.OPEN  # the agent reads it, and is waited for


async def test_the_bot_does_not_speak_over_an_agent(stage: Stage) -> None:
    anna, boris, number = await waits(stage)
    await boris.replies(number, "Солнечно")
    await anna.hears()
    told = len(anna.replies)
    for text in ("где скачать песни", "здравствуйте", "закройте, пожалуйста, вопрос", "благодарю вас"):
        assert await anna.sees_mark(await anna.writes(text))
    await stage.settled()
    assert len(anna.replies) == told
    await stage.passes(minutes=11)
    await anna.writes("где скачать песни")
    assert (await anna.hears()).text.startswith(FROM_HELP.format(number=number))
    (ticket,) = await stage.tickets()
    assert ticket.status in {TicketStatus.OPEN, TicketStatus.WAITING}


@pytest.mark.parametrize("words", ["снимите мой вопрос", "уже разобрались сами", "больше не актуально"])
async def test_a_question_that_is_not_needed_any_more_can_be_withdrawn(stage: Stage, words: str) -> None:
    anna, _, number = await waits(stage)
    await anna.writes(words)
    assert (await anna.hears()).text.startswith(f"Отозвать вопрос №{number}?")
    assert anna.labels() == ["Отозвать вопрос", "Оставить"]
    await anna.presses("Оставить")
    assert f"№{number}" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.OPEN
    await anna.writes(words)
    await anna.hears()
    await anna.writes("ага")
    assert (await anna.hears()).text.startswith(f"Вопрос №{number} отозван.")
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.WITHDRAWN


async def test_in_other_languages(stage: Stage) -> None:
    for name, language, question, words, sentence in (
        ("Ann", "en", "what is the weather on the moon", "never mind, sorted it out myself", "Shall I withdraw"),
        ("Ildikó", "hu", "milyen idő lesz a holdon", "időközben már sikerült megoldanunk", "Visszavonjam"),
    ):
        who = await stage.contact(name, language)
        await who.writes(question)
        await who.hears()
        await who.presses(who.labels()[0])
        await who.hears()
        await who.writes(words)
        assert (await who.hears()).text.startswith(sentence)
        assert len(who.labels()) == 2


@pytest.mark.parametrize(
    "words",
    [
        "пропал звук у песен? и где скачать песни?",
        "1) пропал звук у песен 2) где скачать песни",
        "Где скачать песни?\nНе слышно музыку",
    ],
)
async def test_two_questions_that_the_help_covers_are_both_answered(stage: Stage, words: str) -> None:
    anna, _, number = await waits(stage)
    await anna.writes(words)
    answers = [(await anna.hears()).text, (await anna.hears()).text]
    assert all(answer.startswith(FROM_HELP.format(number=number)) for answer in answers)
    assert {answer.split("\n")[2] for answer in answers} == {"Нет звука в музыке", "Как скачать музыку?"}
    assert {line.text: line.ticket_id for line in await stage.thread_of(anna)}[words] is None


@pytest.mark.parametrize(
    "words",
    [
        "где скачать песни? и какая погода будет в самаре?",
        "Какая погода будет в Самаре? Где скачать песни?",
        "1. погода в самаре тоже нужна 2. где скачать песни?",
        "Когда уже ответите? И где скачать песни?",
        "где скачать песни? долго ещё ждать ответа?",
    ],
)
async def test_of_two_questions_the_one_without_an_answer_joins(stage: Stage, words: str) -> None:
    anna, _, number = await waits(stage)
    written = await anna.writes(words)
    assert (await anna.hears()).text.startswith(FROM_HELP.format(number=number) + "\n\nКак скачать музыку?")
    assert await anna.sees_mark(written)
    await stage.settled()
    assert anna.replies[-1].text.startswith(FROM_HELP.format(number=number))
    assert {line.text: line.ticket_id for line in await stage.thread_of(anna)}[words] == number
    assert len(await stage.tickets()) == 1


@pytest.mark.parametrize(
    "words", ["Где скачать песни? Что для этого нужно?", "Спасибо, буду ждать. А где скачать песни?"]
)
async def test_one_question_in_two_sentences_does_not_join(stage: Stage, words: str) -> None:
    anna, _, number = await waits(stage)
    await anna.writes(words)
    assert (await anna.hears()).text.startswith(FROM_HELP.format(number=number) + "\n\nКак скачать музыку?")
    assert {line.text: line.ticket_id for line in await stage.thread_of(anna)}[words] is None
