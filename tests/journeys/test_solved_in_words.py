"""The question whether it is solved, answered in words, and choices named by their place."""

import pytest

from handoff.models import TicketStatus
from tests.journeys.stage import AgentOnStage, ContactOnStage, Stage


async def is_asked(stage: Stage, anna: ContactOnStage, boris: AgentOnStage) -> int:
    """An agent answers and closes the question, and its contact is asked whether it is solved."""
    await anna.asks_a_person()
    number = await boris.takes_next()
    assert number is not None
    await boris.replies(number, "Готово.")
    await anna.hears()
    await boris.resolves(number)
    await anna.hears()
    assert anna.labels() == ["Да, спасибо", "Нет, остались вопросы"]
    return number


@pytest.mark.parametrize("words", ["ага, всё пришло, спасибо", "👌"])
async def test_it_is_solved(stage: Stage, words: str) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await is_asked(stage, anna, boris)
    await anna.writes(words)
    await anna.hears()
    assert anna.labels()[-1] == "5 ★"
    await anna.writes("пятое")
    assert (await anna.hears()).text.startswith("Спасибо")
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.rating) == (TicketStatus.SOLVED, 5)


@pytest.mark.parametrize("words", ["увы, средства так и не пришли", "снова всё слетело"])
async def test_it_is_not_solved(stage: Stage, words: str) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await is_asked(stage, anna, boris)
    await anna.writes(words)
    assert f"№{number}" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.OPEN
    (line,) = [line for line in await stage.thread_of(anna) if line.text == words]
    assert line.ticket_id == number


@pytest.mark.parametrize("words", ["хотя нет, опять не открывается", "к сожалению, всё вернулось"])
async def test_a_problem_after_the_stars_reopens(stage: Stage, words: str) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await is_asked(stage, anna, boris)
    await anna.writes("да")
    await anna.hears()
    await anna.presses("4 ★")
    await anna.hears()
    await anna.writes(words)
    assert (await anna.hears()).text.startswith("Снова открыли вопрос")
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.rating_comment) == (TicketStatus.OPEN, None)


async def test_choices_are_named_by_their_place(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    first = anna.labels()[0]
    await anna.writes("давайте первый вариант")
    assert (await anna.hears()).text.startswith(first)
    await anna.writes("музыка")
    await anna.hears()
    await anna.writes("никакой из них")
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?")
