"""A word after a question was closed by silence: about it, or about something else."""

import pytest

from handoff.models import TicketStatus
from tests.journeys.stage import ContactOnStage, Stage
from tests.journeys.test_sending_files import photo

ASKED = "Это про вопрос №{number}?\nкакая завтра погода в казани"


async def closed(stage: Stage) -> tuple[ContactOnStage, int]:
    """A contact whose question was answered, and closed because they were silent."""
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    await boris.replies(ticket.id, "Солнечно")
    await anna.hears()
    await stage.passes(days=7.1)
    assert "закрыт" in (await anna.hears()).text
    return anna, ticket.id


@pytest.mark.parametrize("yes", ["Да, про №{number}", "ага", "да, именно"])
async def test_it_is_about_the_same(stage: Stage, yes: str) -> None:
    anna, number = await closed(stage)
    await stage.passes(days=3)
    await anna.writes("в итоге полил дождь")
    assert (await anna.hears()).text == ASKED.format(number=number)
    assert anna.labels() == [f"Да, про №{number}", "Нет, о другом"]
    if "{" in yes:
        await anna.presses(yes.format(number=number))
    else:
        await anna.writes(yes)
    assert (await anna.hears()).text.startswith(f"Снова открыли вопрос №{number}")
    (ticket,) = await stage.tickets()
    assert ticket.status is TicketStatus.OPEN
    lines = {line.text: line.ticket_id for line in await stage.thread_of(anna)}
    assert lines["в итоге полил дождь"] == number


async def test_it_is_about_something_else(stage: Stage) -> None:
    anna, number = await closed(stage)
    await anna.writes("музыка")
    assert (await anna.hears()).text == ASKED.format(number=number)
    await anna.presses("Нет, о другом")
    assert (await anna.hears()).text == "Возможно, вы об этом:"
    assert "Как скачать музыку?" in anna.labels()
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]
    await anna.writes("пропал звук у песен")  # it is not asked again
    assert (await anna.hears()).text.startswith("Нет звука в музыке")


async def test_more_words_are_about_the_same(stage: Stage) -> None:
    anna, number = await closed(stage)
    await anna.writes("в итоге полил дождь")
    await anna.hears()
    await anna.writes("и ещё град")
    assert (await anna.hears()).text == ASKED.format(number=number)
    await anna.presses(f"Да, про №{number}")
    await anna.hears()
    lines = {line.text: line.ticket_id for line in await stage.thread_of(anna)}
    assert [lines["в итоге полил дождь"], lines["и ещё град"]] == [number] * 2


async def test_a_picture_may_be_about_it(stage: Stage) -> None:
    anna, number = await closed(stage)
    await anna.writes("", **photo(stage, b"x"))
    assert (await anna.hears()).text == ASKED.format(number=number)
    await anna.writes("нет")
    await anna.hears()
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]


async def test_a_question_with_an_answer_gets_it(stage: Stage) -> None:
    anna, _ = await closed(stage)
    await anna.writes("где скачать песни?")
    assert (await anna.hears()).text.startswith("Как скачать музыку?")


@pytest.mark.parametrize(("words", "reply"), [("спасибо вам", "Пожалуйста."), ("увы, не помогло", "Снова открыли")])
async def test_what_is_plain_is_not_asked_about(stage: Stage, words: str, reply: str) -> None:
    anna, _ = await closed(stage)
    await anna.writes(words)
    assert (await anna.hears()).text.startswith(reply)


async def test_after_two_weeks_it_is_a_question_as_any_other(stage: Stage) -> None:
    anna, _ = await closed(stage)
    await stage.passes(days=14.1)
    await anna.writes("в итоге полил дождь")
    assert (await anna.hears()).text.startswith("Готового ответа нет.")


async def test_a_quote_reopens_and_quoted_thanks_do_not(stage: Stage) -> None:
    anna, number = await closed(stage)
    answer = anna.replies[-2]
    assert "Солнечно" in answer.text
    for words in ("благодарю", "👍"):
        await anna.writes(words, reply_to=answer.id)
        assert (await anna.hears()).text.startswith("Пожалуйста.")
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]
    await anna.writes("вот и нет", reply_to=answer.id)
    assert (await anna.hears()).text.startswith(f"Снова открыли вопрос №{number}")
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.OPEN]
