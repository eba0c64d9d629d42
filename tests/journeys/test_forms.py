"""Forms: the fields that an agent needs are asked one at a time, and answers survive every interruption."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from handoff.models import Contact
from handoff.tickets.request_models import FormRow
from tests.journeys.stage import ContactOnStage, Stage
from tests.journeys.test_sending_files import PNG, photo

CANCEL = ["Отменить"]


async def begins(stage: Stage) -> ContactOnStage:
    anna = await stage.contact("Анна")
    await anna.writes("мою страницу взломали")
    first = await anna.hears()
    assert first.text == (
        "Взломали страницу\n\nЗавершите все сеансы в настройках.\n\n"
        "Этот вопрос посмотрит и агент, но сначала нужно кое-что уточнить.\n\nШаг 1 из 5. Ссылка на вашу страницу?"
    )
    assert anna.labels() == ["Это помогло", *CANCEL]
    return anna


async def test_one_question_at_a_time_until_a_person_has_it(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.writes("не знаю")
    assert (await anna.hears()).text == (
        "Здесь нужна ссылка, например https://example.org/anna.\nШаг 1 из 5. Ссылка на вашу страницу?"
    )
    await anna.writes("https://example.org/anna")
    assert (await anna.hears()).text == "Шаг 2 из 5. Телефон страницы?"
    assert anna.labels() == ["Пропустить", "Назад", *CANCEL]
    await anna.presses("Назад")
    assert (await anna.hears()).text == "Шаг 1 из 5. Ссылка на вашу страницу?"
    await anna.writes("example.org/anna.p")
    await anna.hears()
    await anna.presses("Пропустить")
    assert (await anna.hears()).text == "Шаг 3 из 5. Когда это случилось?"
    await anna.presses("Пропустить")  # of the step before: late, and harmless
    assert (await anna.hears()).text == "Шаг 3 из 5. Когда это случилось?"
    await anna.writes("30.02.2026")
    assert (await anna.hears()).text.startswith("Здесь нужна дата")
    await anna.writes("1.3.2026")
    assert (await anna.hears()).text == "Шаг 4 из 5. Что случилось?"
    assert anna.labels() == ["Пишут от моего имени", "Не могу войти", "Назад", *CANCEL]
    await anna.presses("Не могу войти")
    assert (await anna.hears()).text == "Шаг 5 из 5. Пришлите снимок экрана."
    assert await stage.tickets() == []
    await stage.simulator.writes(anna.person, "", **photo(stage, PNG))
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question.splitlines()[:4] == [
        "мою страницу взломали",
        "Ссылка на вашу страницу? example.org/anna.p",
        "Когда это случилось? 01.03.2026",
        "Что случилось? Не могу войти",
    ]
    assert (ticket.reason, ticket.category) == ("rule", "hacked")
    lines = await stage.thread_of(anna)
    assert {line.ticket_id for line in lines if line.text in {"мою страницу взломали", "1.3.2026"}} == {ticket.id}

    await anna.presses("Назад")
    assert (await anna.hears()).text == "Эта анкета уже закрыта. Напишите вопрос своими словами."


@pytest.mark.parametrize("how", ["presses", "writes"])
async def test_cancelling_passes_nothing_on(stage: Stage, how: str) -> None:
    anna = await begins(stage)
    await (anna.presses("Отменить") if how == "presses" else anna.writes("отмена"))
    assert (await anna.hears()).text.startswith("Анкета отменена, никому ничего не передаю.")
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")
    assert await stage.tickets() == []


async def test_whom_the_answer_helped_needs_no_form(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.presses("Это помогло")
    assert (await anna.hears()).text.startswith("Отлично!")
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")
    state = await stage.app.db.read(lambda session: session.scalars(select(FormRow.state)).one())
    assert state == "cancelled"


async def test_whoever_wants_a_person_now_gets_one_with_what_is_known(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.writes("example.org/anna")
    await anna.hears()
    await anna.writes("позовите оператора")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "мою страницу взломали\nСсылка на вашу страницу? example.org/anna"


async def test_a_form_is_kept_and_goes_on_after_any_break(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.writes("example.org/anna")
    await anna.hears()
    await anna.writes("/my")
    await anna.hears()
    await anna.writes("не помню пароль")  # another question in between
    assert (await anna.hears()).text.startswith("Забыли пароль")
    await anna.presses("Назад")
    assert (await anna.hears()).text == "Шаг 1 из 5. Ссылка на вашу страницу?"
    away = update(Contact).values(last_seen_at=stage.app.clock() - timedelta(days=3))
    await stage.app.db.write(lambda session: session.execute(away))
    await anna.writes("музыка")  # long after, it is not taken for a link
    assert (await anna.hears()).text == "Возможно, вы об этом:"
    state, answers = await stage.app.db.read(lambda s: tuple(s.execute(select(FormRow.state, FormRow.answers)).one()))
    assert (state, answers) == ("open", [])


# --- reminders --------------------------------------------------------------------------------------------------------

REMINDER = "Вы не закончили анкету к вопросу «мою страницу взломали». Продолжим?"


async def test_whoever_leaves_a_form_is_reminded_once(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.writes("example.org/anna")
    await anna.hears()
    await stage.passes(minutes=59)
    assert len(anna.replies) == 2
    await stage.passes(minutes=2)
    assert (await anna.hears()).text == REMINDER
    assert anna.labels() == ["Продолжить", *CANCEL]
    await anna.presses("Продолжить")
    assert (await anna.hears()).text == "Шаг 2 из 5. Телефон страницы?"
    await anna.presses("Пропустить")
    assert (await anna.hears()).text == "Шаг 3 из 5. Когда это случилось?"
    await stage.passes(days=2)
    await anna.writes("/language")  # had there been a second reminder, it would stand before this
    assert (await anna.hears()).text == "На каком языке вам удобнее?"
    assert sum(message.text.startswith(REMINDER) for message in anna.replies) == 1


async def test_the_reminder_is_in_the_language_that_was_chosen_and_can_cancel(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.writes("/language")
    await anna.hears()
    await anna.presses("Magyar")
    await anna.hears()
    await stage.passes(hours=1.1)
    assert (await anna.hears()).text == (
        "Még nem töltötte ki végig az űrlapot ehhez: „мою страницу взломали”. Folytatjuk?"
    )
    assert anna.labels() == ["Folytatás", "Mégse"]
    await anna.presses("Mégse")
    assert (await anna.hears()).text.startswith("Megszakítottam az űrlap kitöltését")
    assert await stage.app.db.read(lambda session: session.scalars(select(FormRow.state)).one()) == "cancelled"


@pytest.mark.parametrize("how", ["helped", "person", "cancelled"])
async def test_nobody_is_reminded_who_needs_it_no_more(stage: Stage, how: str) -> None:
    anna, berta = await begins(stage), await begins(stage)
    if how == "helped":
        await anna.presses("Это помогло")
    elif how == "person":
        await anna.writes("/my")  # a command leaves the form as it is
        await anna.hears()
        await stage.passes(minutes=31)
        await anna.writes("позовите человека")
    else:
        await anna.presses("Отменить")
    await anna.hears()
    heard = len(anna.replies)
    await stage.passes(hours=1.1)
    assert (await berta.hears()).text == REMINDER
    await stage.settled()
    assert len(anna.replies) == heard
