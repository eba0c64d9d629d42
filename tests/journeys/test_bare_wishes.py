"""A wish for a person that does not say what it is about."""

import pytest

from handoff.models import MessageKind
from tests.journeys.stage import ContactOnStage, Stage, running

ABOUT = "Позову человека. О чём вопрос?"
NAMELESS = "Просьба соединить с человеком"


async def wishes(stage: Stage, words: str = "соедините меня с живым человеком") -> ContactOnStage:
    anna = await stage.contact("Анна")
    await anna.writes(words)
    assert (await anna.hears()).text == ABOUT
    assert anna.labels() == ["Пропустить"]
    assert await stage.tickets() == []
    return anna


async def test_the_words_that_follow_are_the_question_even_if_they_are_known(stage: Stage) -> None:
    anna = await wishes(stage)
    await anna.writes("не помню пароль")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("не помню пароль", "asked")
    lines = [line for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
    assert [line.ticket_id for line in lines] == [ticket.id, ticket.id]


async def test_a_skipped_question_opens_at_once_with_the_last_messages(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    for text in ("здравствуйте", "ага", "спасибо", "приветик", "можно спросить?"):
        await anna.writes(text)
        await anna.hears()
    await anna.writes("позовите кого-нибудь из сотрудников")
    assert (await anna.hears()).text == ABOUT
    await anna.presses("Пропустить")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == (NAMELESS, "asked")
    lines = [line for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
    assert [line.ticket_id for line in lines] == [None, *[ticket.id] * 5]
    assert await anna.sees_mark(await anna.writes("у меня пропал звук"))


@pytest.mark.parametrize("again", ["оператора дайте уже", "ну что там?", "просто передайте"])
async def test_who_only_repeats_the_wish_has_skipped(stage: Stage, again: str) -> None:
    anna = await wishes(stage)
    await anna.writes(again)
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == NAMELESS


async def test_after_ten_minutes_of_silence_a_person_is_called(stage: Stage) -> None:
    anna = await wishes(stage)
    await stage.passes(minutes=9)
    assert await stage.tickets() == []
    async with running(stage.app, "web"):  # another process that starts meanwhile knows of it too
        await stage.passes(minutes=2)
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == NAMELESS
    await stage.passes(minutes=30)
    await anna.presses("Пропустить")
    assert (await anna.hears()).text.startswith(f"Вопрос №{ticket.id} ещё открыт")
    assert len(await stage.tickets()) == 1


async def test_words_after_a_long_absence_of_ours_are_still_the_question(stage: Stage) -> None:
    anna = await wishes(stage)
    await stage.settled()
    stage.skips(hours=3)  # nothing looked meanwhile
    await anna.writes("не приходит смс")
    assert "передан агенту" in (await anna.hears()).text
    assert [ticket.question for ticket in await stage.tickets()] == ["не приходит смс"]


async def test_a_change_of_mind_opens_nothing(stage: Stage) -> None:
    anna = await wishes(stage)
    await anna.writes("хотя нет, не надо")
    assert (await anna.hears()).text.startswith("Хорошо, никому не передаю.")
    await stage.passes(minutes=30)
    assert await stage.tickets() == []
    await anna.presses("Задать вопрос")
    assert "передан агенту" in (await anna.hears()).text
    assert [ticket.question for ticket in await stage.tickets()] == [NAMELESS]


async def test_courtesy_and_looking_around_leave_the_wish_as_it_is(stage: Stage) -> None:
    anna = await wishes(stage)
    await anna.writes("добрый день")
    assert (await anna.hears()).text == ABOUT
    await anna.writes("/topics")
    await anna.hears()
    await stage.passes(minutes=11)
    assert "передан агенту" in (await anna.hears()).text
    assert [ticket.question for ticket in await stage.tickets()] == [NAMELESS]


async def test_a_wish_after_a_question_is_about_it(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("какая завтра погода в казани")
    await anna.hears()
    await anna.writes("хочу поговорить с сотрудником")
    assert "передан агенту" in (await anna.hears()).text
    assert [ticket.question for ticket in await stage.tickets()] == ["какая завтра погода в казани"]


async def test_a_question_that_was_answered_is_not_what_the_wish_is_about(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.presses("Это помогло")
    await anna.hears()
    await anna.writes("а теперь соедините с оператором")
    assert (await anna.hears()).text == ABOUT


@pytest.mark.parametrize(
    ("language", "words", "about", "skip"),
    [
        ("en", "could I talk to a real person please", "I will call a person. What is it about?", "Skip"),
        ("hu", "egy élő ügyintézővel szeretnék beszélni", "Szólok egy munkatársunknak. Miről van szó?", "Kihagyom"),
    ],
)
async def test_in_other_languages(stage: Stage, language: str, words: str, about: str, skip: str) -> None:
    anna = await stage.contact("Anna", language=language)
    await anna.writes(words)
    assert (await anna.hears()).text == about
    await anna.presses(skip)
    await anna.hears()
    assert [ticket.reason for ticket in await stage.tickets()] == ["asked"]
