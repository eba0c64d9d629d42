"""After an answer: it helped, or the reason why not, and the transfer to an agent with the conversation."""

import json

from bot.cli.commands import COMMANDS
from handoff.models import MessageKind
from knowledge.entries.models import Outcome
from knowledge.entries.repository import EntryView, entry_named
from knowledge.quality.lookups import outcomes_of
from tests.journeys.stage import Stage

PASSWORD = "forgot-password"
WHY = (
    "Что не так с этим ответом?\nЕсли остались вопросы, на них ответит агент.\n"  # the wait comes before the transfer
    "Постараемся ответить за 12 часов."
)


async def known(stage: Stage, key: str) -> tuple[EntryView, dict[Outcome, int]]:
    """The entry as it stands, and what became of showing it."""
    found = await stage.app.db.read(lambda session: entry_named(session, key, "ru"))
    assert found is not None
    return found, await stage.app.db.read(lambda session: outcomes_of(session, found.id))


async def test_why_an_answer_did_not_help_is_counted(stage: Stage) -> None:
    for name, why, thanks in (
        ("Анна", "Ответ неясный", "Спасибо, мы поработаем над этим ответом."),
        ("Олег", "Мне не нравится, как всё устроено", "Спасибо. Мы учли ваше мнение."),
    ):
        who = await stage.contact(name)
        await who.writes("не помню пароль")
        await who.hears()
        await who.presses("Это не решает мою проблему")
        assert (await who.hears()).text == WHY
        assert who.labels() == ["Ответ неясный", "Мне не нравится, как всё устроено", "У меня остались вопросы"]
        await who.presses(why)
        assert (await who.hears()).text == thanks
    entry, outcomes = await known(stage, PASSWORD)
    assert (entry.helped, entry.not_helped) == (0, 2)
    assert outcomes == {"unclear": 1, "disliked": 1}
    assert await stage.tickets() == []


async def test_what_is_still_open_goes_to_a_person_with_all_that_was_said(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("привет")
    await anna.hears()
    await anna.writes("не помню пароль")
    answer = await anna.hears()
    await anna.presses("Это не решает мою проблему")
    await anna.hears()
    await anna.presses("У меня остались вопросы")
    reply = await anna.hears()
    (ticket,) = await stage.tickets()
    assert reply.text.startswith(f"Вопрос №{ticket.id} передан агенту. Ваш вопрос следующий.")
    assert (ticket.question, ticket.reason, ticket.category) == ("не помню пароль", "not_helped", "access")
    said = [line for line in await stage.thread_of(anna) if line.kind is not MessageKind.EVENT]
    assert [(line.text, line.ticket_id) for line in said if line.ticket_id] == [
        ("не помню пароль", ticket.id),
        (answer.text, ticket.id),
        (reply.text, ticket.id),
    ]
    assert len(said) == 6  # the greetings and the question why belong to no ticket
    _, outcomes = await known(stage, PASSWORD)
    assert outcomes == {"handed_off": 1}


async def test_a_chosen_answer_goes_along_with_the_question_it_was_chosen_for(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    await anna.presses("Как скачать музыку?")
    answer = await anna.hears()
    await anna.presses("Это не решает мою проблему")
    await anna.hears()
    await anna.presses("У меня остались вопросы")
    await anna.hears()
    (ticket,) = await stage.tickets()
    taken = [line.text for line in await stage.thread_of(anna) if line.ticket_id == ticket.id]
    assert taken[:2] == ["музыка", answer.text]


async def test_where_a_person_adds_nothing_none_is_offered(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("часы работы поддержки")
    await anna.hears()
    await anna.presses("Это не решает мою проблему")
    assert (await anna.hears()).text == "Что не так с этим ответом?"
    assert anna.labels() == ["Ответ неясный", "Мне не нравится, как всё устроено"]
    await anna.presses("Ответ неясный")
    assert (await anna.hears()).text == "Спасибо, мы поработаем над этим ответом."
    assert await stage.tickets() == []


async def test_a_late_press_joins_the_question_that_is_open(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    answer = await anna.hears()
    await anna.presses("Это не решает мою проблему")
    await anna.hears()
    await anna.writes("позовите оператора")
    await anna.hears()
    (ticket,) = await stage.tickets()
    await anna.presses("У меня остались вопросы")
    assert (await anna.hears()).text.startswith(f"Добавили к вопросу №{ticket.id}")
    assert answer.text in [line.text for line in await stage.thread_of(anna) if line.ticket_id == ticket.id]
    assert len(await stage.tickets()) == 1


async def test_what_contacts_press_tells_an_admin_how_sure_to_be(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.presses("Это помогло")
    await anna.hears()
    oleg = await stage.contact("Олег")
    await oleg.writes("музыка")
    await oleg.hears()
    await oleg.presses("Ни один вариант не подходит")
    await oleg.hears()

    said: list[str] = []
    assert await COMMANDS["advise"](stage.app, {}, said.append) == 0
    advice = json.loads(said[-1])
    assert advice["lines"][0] == (
        "Questions that contacts judged with a button: 2; 2 of them match the current knowledge base."
    )
    in_force = next(line for line in advice["lines"] if line.endswith("in force"))
    assert in_force.split()[:3] == ["0.88", "1", "100.0%"]
    assert advice["lines"][-1].startswith("Too few of these questions")
    assert advice["picture"].startswith("<svg")
