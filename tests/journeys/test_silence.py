"""Silent tickets: the reminder, closing, reopening for a limited time, review by another agent, unnamed replies."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from handoff.models import Contact, MessageKind, TicketStatus
from tests.conftest import Backend
from tests.journeys.stage import AgentOnStage, ContactOnStage, Platform, Stage, staged

YES, NO = "Да, спасибо", "Нет, остались вопросы"


async def asks(stage: Stage, who: ContactOnStage) -> int:
    """A question that waits for an agent; its number."""
    await who.writes("позовите человека: лента не грузится")
    await who.hears()
    return (await stage.tickets())[-1].id


async def answered(stage: Stage, who: ContactOnStage, agent: AgentOnStage) -> int:
    """A question that an agent has answered; its number."""
    number = await asks(stage, who)
    await agent.replies(number, "Какая у вас версия?")
    assert (await who.hears()).text == f"Отвечает {agent.name} (вопрос №{number}):\nКакая у вас версия?"
    return number


def reminder(number: int) -> str:
    return f"Агент ответил на ваш вопрос №{number} и ждёт вашего ответа. Вопрос решён?"


def closing(number: int) -> str:
    return f"Вопрос №{number} закрыт: мы не дождались вашего ответа. Если он не решён, его можно открыть снова."


def too_old(number: int) -> str:
    return (
        f"Вопрос №{number} закрыт слишком давно, открыть его снова уже нельзя. "
        "Просто задайте его ещё раз, мы с радостью поможем."
    )


async def events(stage: Stage, who: ContactOnStage) -> list[str]:
    return [line.text for line in await stage.thread_of(who) if line.kind is MessageKind.EVENT]


# --- the reminder and the closing -------------------------------------------------------------------------------------


async def test_who_waits_too_long_is_informed_once(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.writes("позовите человека: лента не грузится")
    assert "Постараемся ответить за 12 часов." in (await anna.hears()).text
    number = (await stage.tickets())[-1].id
    await stage.passes(hours=11.9)
    assert len(anna.replies) == 1
    await stage.passes(hours=0.2)
    late = f"Ответа пока нет (вопрос №{number}). Извините за ожидание.\nПостараемся ответить за 12 часов."
    assert (await anna.hears()).text == late
    await stage.passes(days=2)
    await boris.replies(number, "Какая у вас версия?")
    assert (await anna.hears()).text == f"Отвечает Борис (вопрос №{number}):\nКакая у вас версия?"
    assert len(anna.replies) == 3


async def test_one_reminder_and_then_the_question_is_closed(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await answered(stage, anna, boris)
    await stage.passes(days=1.9)
    assert len(anna.replies) == 2
    await stage.passes(days=0.2)
    assert (await anna.hears()).text == reminder(number)
    assert anna.labels() == [YES, NO]
    await stage.passes(days=4.8)  # 6.9 in all: no second reminder, and not yet closed
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.WAITING]
    await stage.passes(days=0.2)
    assert (await anna.hears()).text == closing(number)
    assert anna.labels() == [NO]
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]
    assert (await events(stage, anna))[-1] == "timed_out"
    await stage.passes(days=30)
    await stage.settled()
    assert len(anna.replies) == 4

    # the way back from the notice is closed by then, and nothing else happens
    await anna.presses(NO)
    assert (await anna.hears()).text == too_old(number)
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]


async def test_who_only_says_thanks_is_not_reminded_but_the_question_is_closed_in_time(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await answered(stage, anna, boris)
    assert await anna.sees_mark(await anna.writes("спасибо"))
    await stage.passes(days=6.9)
    await stage.settled()
    assert len(anna.replies) == 2
    await stage.passes(days=0.2)
    assert (await anna.hears()).text == closing(number)


async def test_who_answers_is_not_reminded_and_the_next_answer_waits_anew(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await answered(stage, anna, boris)
    await stage.passes(days=1)
    assert await anna.sees_mark(await anna.writes("версия 5"))
    await stage.passes(days=8)
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.OPEN]
    assert (await anna.hears()).text.startswith(f"Ответа пока нет (вопрос №{number}).")  # the agent is silent, too
    assert len(anna.replies) == 3
    for _ in range(2):  # each silence has its own reminder
        await boris.replies(number, "Обновите")
        await anna.hears()
        await stage.passes(days=2.1)
        assert (await anna.hears()).text == reminder(number)
    await anna.presses(NO)
    assert (await anna.hears()).text.startswith(f"Добавили к вопросу №{number}")
    await stage.passes(days=8)
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.OPEN]


async def test_the_reminder_is_answered_with_yes(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await answered(stage, anna, boris)
    await stage.passes(days=2.1)
    await anna.hears()
    await anna.presses(YES)
    assert (await anna.hears()).text.startswith("Спасибо")
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]
    assert "confirmed" in await events(stage, anna)
    heard = len(anna.replies)
    await stage.passes(days=8)
    await stage.settled()
    assert len(anna.replies) == heard
    assert "timed_out" not in await events(stage, anna)


async def test_whoever_blocked_us_is_not_waited_for_either(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await answered(stage, anna, boris)
    anna.blocks()
    gone = select(Contact.id).where(Contact.user_id == str(anna.person), Contact.unreachable.is_not(None))
    await stage.until(lambda session: session.scalar(gone) is not None)
    await stage.passes(days=2.1)
    await stage.passes(days=5)
    await stage.settled()
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]
    lines = [line for line in await stage.thread_of(anna) if line.text in {reminder(number), closing(number)}]
    assert [part.state for line in lines for part in line.deliveries] == ["refused", "refused"]


# --- opening again ----------------------------------------------------------------------------------------------------


async def test_a_closed_question_is_opened_again_within_two_weeks(stage: Stage) -> None:
    anna, boris, olga = await stage.contact("Анна"), await stage.agent("Борис"), await stage.agent("Ольга")
    number = await answered(stage, anna, boris)
    await stage.passes(days=7.1)
    assert (await anna.hears()).text == closing(number)  # and no reminder a moment before
    await stage.passes(days=13.9)
    await anna.presses(NO)
    assert (await anna.hears()).text.startswith(f"Снова открыли вопрос №{number}")
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.OPEN]

    # other eyes first, while there are some
    await olga.opens_the_desk()
    assert await boris.takes_next() is None
    assert await olga.takes_next() == number


async def test_later_my_questions_offers_no_way_back(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await answered(stage, anna, boris)
    await boris.resolves(number)
    await anna.hears()
    await anna.writes("/my")
    await anna.hears()
    (own,) = anna.labels()
    await anna.presses(own)
    await anna.hears()
    assert anna.labels() == ["Открыть снова", "Оценить помощь", "Мои вопросы"]
    await stage.passes(days=14.1)
    await anna.presses("Открыть снова")  # that button is on the phone still
    assert (await anna.hears()).text == too_old(number)
    await anna.presses(own)
    assert (await anna.hears()).text.startswith(f"№{number} ✅ решён\n")
    assert anna.labels() == ["Оценить помощь", "Мои вопросы"]
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]


async def test_who_quotes_what_is_too_old_asks_anew(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    number = await asks(stage, anna)
    await boris.replies(number, "Солнечно")
    reply = await anna.hears()
    await boris.resolves(number)
    await anna.hears()
    await stage.passes(days=14.1)
    await anna.writes("забыла пароль", reply_to=reply.id)
    assert (await anna.hears()).text.startswith("Забыли пароль — как войти?")
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.SOLVED]


async def test_who_works_alone_gets_it_back(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await stage.agent("Ольга")  # who is not there
    number = await answered(stage, anna, boris)
    await boris.resolves(number)
    await anna.hears()
    await anna.presses(NO)
    await anna.hears()
    await boris.opens_the_desk()
    assert await boris.takes_next() == number


# --- no names ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def nameless(backend: Backend, platform: Platform) -> AsyncIterator[Stage]:
    async with staged(backend, platform, show_agent_name=False) as stage:
        yield stage


async def test_the_contact_is_not_told_who_answers(nameless: Stage) -> None:
    anna, boris = await nameless.contact("Анна"), await nameless.agent("Борис")
    number = await asks(nameless, anna)
    reply = await boris.replies(number, "Солнечно")
    assert (await anna.hears()).text == f"Вопрос №{number}:\nСолнечно"
    await nameless.settled()
    await boris.corrects(reply, "Пасмурно")
    await anna.sees(f"Вопрос №{number}:\nПасмурно")
    await anna.writes("/my")
    await anna.hears()
    await anna.presses(anna.labels()[0])
    assert "\nПоддержка: Пасмурно" in (await anna.hears()).text
    assert not [message.text for message in anna.replies if "Борис" in message.text]
    assert [line.author for line in await nameless.thread_of(anna) if line.by_agent and line.deliveries] == ["Борис"]
