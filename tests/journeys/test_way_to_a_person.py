"""Escalation and waiting: the wait is stated first, nothing is asked twice, several questions may be open."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from handoff.models import Contact, MessageKind, Ticket
from tests.journeys.stage import ContactOnStage, Stage

KAZAN, SAMARA = "какая завтра погода в казани", "какой поезд едет на луну из самары"


async def answered_lately(stage: Stage, *minutes: int, category: str | None = None) -> None:
    """Questions of others that people answered after so many minutes."""
    now = stage.app.clock()

    def work(session: Session) -> None:
        other = Contact(account="vk:main", user_id="7", language="ru", created_at=now, last_seen_at=now)
        session.add(other)
        session.flush()
        for wait in minutes:
            ticket = stage.app.desk.open(session, other, "о другом", reason="asked", category=category)
            stage.app.desk.confirm(session, ticket)
            ticket.opened_at, ticket.first_reply_at = now - timedelta(minutes=wait), now

    await stage.app.db.write(work)


async def test_the_wait_is_told_before_a_person_is_asked(stage: Stage) -> None:
    await answered_lately(stage, 20, 20, 20, 20, 20, 110)
    anna = await stage.contact("Анна")
    await anna.writes(KAZAN)
    offer = await anna.hears()
    assert offer.text == (
        "Готового ответа нет. Передать вопрос агенту?\nОбычно отвечаем за 20 минут, почти всегда укладываемся в 2 часа."
    )
    assert anna.labels() == ["Да, передать", "Не нужно"]
    await anna.presses("Не нужно")
    assert (await anna.hears()).text == "Хорошо, никому не передаю. Если передумаете, просто напишите."
    assert await stage.tickets() != []  # those of before; hers is none of them
    assert KAZAN not in {ticket.question for ticket in await stage.tickets()}

    await anna.presses("Да, передать")  # she thought again
    acknowledgement = (await anna.hears()).text
    ticket = (await stage.tickets())[-1]
    assert (ticket.question, ticket.reason) == (KAZAN, "unanswered")
    assert acknowledgement.startswith(f"Вопрос №{ticket.id} передан агенту. Ваш вопрос следующий.\nОбычно отвечаем")
    assert anna.labels() == ["Отозвать вопрос"]
    await anna.presses("Отозвать вопрос")
    assert (await anna.hears()).text.startswith(f"Вопрос №{ticket.id} отозван.")


async def test_when_the_desk_is_overloaded_it_is_said_before(stage: Stage) -> None:
    now = stage.app.clock()

    def late(session: Session) -> None:
        other = Contact(account="vk:main", user_id="8", language="ru", created_at=now, last_seen_at=now)
        session.add(other)
        session.flush()
        for _ in range(5):
            stage.app.desk.open(session, other, "давно ждёт", reason="asked").due_at = now - timedelta(hours=1)

    await stage.app.db.write(late)
    anna = await stage.contact("Анна")
    await anna.writes(KAZAN)
    assert (await anna.hears()).text.splitlines()[-1] == (
        "Сейчас вопросов больше обычного, поэтому ответ может занять больше времени."
    )


async def test_asking_again_is_recognised_joined_and_told_once(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person(KAZAN)
    (ticket,) = await stage.tickets()
    patience = (
        f"Вопрос №{ticket.id} ещё ждёт агента.\nПостараемся ответить за 12 часов.\n"
        "Повторные сообщения очередь не ускоряют, но ничего не потеряется."
    )
    await anna.writes("Какая погода завтра в Козани?")
    assert (await anna.hears()).text == patience
    due = (await stage.tickets())[0].due_at
    await anna.writes("ну что там?")
    await anna.writes("позовите оператора")
    await stage.noted("позовите оператора")
    assert await anna.sees_mark(await anna.writes("живу в центре, у реки"))
    (ticket,) = await stage.tickets()
    assert ticket.due_at == due
    lines = [line for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING]
    assert [line.ticket_id for line in lines] == [ticket.id] * 5  # the question, and four messages of hers

    await boris.replies(ticket.id, "Солнечно")
    await anna.hears()
    assert await anna.sees_mark(await anna.writes("спасибо"))
    (ticket,) = await stage.tickets()
    assert ticket.status == "waiting"  # thanks are no question


async def test_several_questions_at_once(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person(KAZAN)
    (first,) = await stage.tickets()
    await anna.writes(SAMARA)
    joined = await anna.hears()
    assert joined.text.startswith(f"Добавили к вопросу №{first.id}")
    assert anna.labels() == ["Это новый вопрос"]
    await anna.presses("Это новый вопрос")
    assert (await anna.hears()).text.startswith("Готового ответа нет.")
    await anna.presses("Да, передать")
    await anna.hears()
    first, second = await stage.tickets()
    assert (second.question, second.status) == (SAMARA, "open")
    lines = await stage.thread_of(anna)
    assert {line.ticket_id for line in lines if line.text == SAMARA} == {second.id}

    # What she writes now is about what was spoken of last; what quotes an answer is about that.
    await boris.replies(first.id, "В Казани солнечно")
    answer = await anna.hears()
    await boris.replies(second.id, "Билетов нет")
    await anna.hears()
    assert await anna.sees_mark(await anna.writes("а на Марс?"))
    assert await anna.sees_mark(await anna.writes("а ветер?", reply_to=answer.id))
    lines = await stage.thread_of(anna)
    assert [line.ticket_id for line in lines if line.text in {"а на Марс?", "а ветер?"}] == [second.id, first.id]

    # A third one begins under "My questions"; the knowledge is asked first.
    await asks_anew(anna, second.id, SAMARA)
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")
    await anna.presses("Это не решает мою проблему")
    await anna.hears()
    await anna.presses("У меня остались вопросы")
    assert (await anna.hears()).text.startswith("Вопрос №3 передан агенту.")
    await anna.presses("Задать новый вопрос")
    assert (await anna.hears()).text.startswith("Открытых вопросов у вас уже 3.")
    assert [ticket.status for ticket in await stage.tickets()] == ["open"] * 3


async def asks_anew(who: ContactOnStage, number: int, question: str) -> None:
    await who.writes("/my")
    await who.hears()
    await who.presses(f"⏳ №{number} {question}")
    await who.hears()
    await who.presses("Задать новый вопрос")
    assert (await who.hears()).text == "Напишите новый вопрос одним сообщением."


async def test_quoting_a_solved_question_opens_it_again(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person(KAZAN)
    (ticket,) = await stage.tickets()
    await boris.replies(ticket.id, "Солнечно")
    answer = await anna.hears()
    await boris.resolves(ticket.id)
    await anna.hears()
    await anna.writes("спасибо", reply_to=answer.id)
    assert (await anna.hears()).text.startswith("Пожалуйста.")
    await anna.writes("а послезавтра что?", reply_to=answer.id)
    assert (await anna.hears()).text.startswith(f"Снова открыли вопрос №{ticket.id}")
    (ticket,) = await stage.tickets()
    assert ticket.status == "open"
    lines = await stage.thread_of(anna)
    assert [line.ticket_id for line in lines if line.text == "а послезавтра что?"] == [ticket.id]


async def test_an_edit_changes_the_question_until_an_agent_has_it(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.writes(KAZAN)
    written = anna.chat[0].id
    await anna.hears()
    await anna.presses("Да, передать")
    await anna.hears()
    await anna.edits(written, "какая завтра погода в Твери")
    await stage.noted("какая завтра погода в Твери")
    (ticket,) = await stage.tickets()
    assert ticket.question == "какая завтра погода в Твери"
    await boris.claims(ticket.id)
    await anna.edits(written, "какая завтра погода в Омске")
    await stage.noted("какая завтра погода в Омске")
    (ticket,) = await stage.tickets()
    assert ticket.question == "какая завтра погода в Твери"
    line = next(line for line in await stage.thread_of(anna) if line.kind is MessageKind.INCOMING)
    assert (line.text, line.before) == ("какая завтра погода в Омске", "какая завтра погода в Твери")


async def test_what_completes_a_question_gets_a_new_offer_below(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("хочу на луну")
    offer = await anna.hears()
    await anna.writes("и билет туда же")
    second = await anna.hears()
    assert second.text.startswith("Учли то, что вы добавили.\nГотового ответа нет.")
    await anna.without_buttons(offer.id)
    await anna.presses("Да, передать")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "хочу на луну\nи билет туда же"


async def test_what_completes_choices_gets_the_answer_below(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    offer = await anna.hears()
    await anna.writes("играет без звука")
    answer = await anna.hears()
    assert answer.text.startswith(("Нет звука в музыке", "Возможно, вы спрашиваете"))
    await anna.without_buttons(offer.id)


async def test_a_statement_about_something_else_is_a_question_of_its_own(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    offer = await anna.hears()
    await anna.writes("потеряла пароль, зайти не могу")
    assert "Забыли пароль — как войти?" in (await anna.hears()).text
    await stage.settled()
    assert next(message for message in anna.replies if message.id == offer.id).buttons  # those choices are still there


async def test_a_question_about_something_else_completes_nothing(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не работает музыка")
    first = await anna.hears()
    choices = anna.labels()
    await anna.writes("а когда концерт в москве?")
    second = await anna.hears()
    assert second.id != first.id
    assert second.text.startswith("Готового ответа нет. Передать вопрос агенту?")
    await anna.presses("Да, передать")
    await anna.hears()
    (ticket,) = await stage.tickets()
    assert ticket.question == "а когда концерт в москве?"
    await anna.presses(choices[0])
    assert (await anna.hears()).text.startswith(choices[0])


async def test_new_answers_are_marked_until_they_were_looked_at(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person(KAZAN)
    (ticket,) = await stage.tickets()
    move = update(Ticket).values(opened_at=stage.app.clock() - timedelta(hours=1))
    await stage.app.db.write(lambda session: session.execute(move))
    await boris.replies(ticket.id, "Солнечно")
    await anna.hears()
    await anna.writes("/my")
    marked = f"№{ticket.id} 💬 есть ответ, ждёт вас, есть новый ответ: {KAZAN}"
    assert (await anna.hears()).text.splitlines()[1] == marked
    await anna.presses(f"💬 №{ticket.id} {KAZAN}")
    await anna.hears()
    await anna.writes("/my")
    assert (await anna.hears()).text.splitlines()[1] == f"№{ticket.id} 💬 есть ответ, ждёт вас: {KAZAN}"
    await anna.presses(f"💬 №{ticket.id} {KAZAN}")
    await anna.hears()
    await boris.resolves(ticket.id)
    await anna.hears()
    await anna.writes("/my")
    await anna.hears()
    await anna.presses(f"✅ №{ticket.id} {KAZAN}")
    await anna.hears()
    assert anna.labels() == ["Открыть снова", "Оценить помощь", "Мои вопросы"]
    await anna.presses("Оценить помощь")
    assert (await anna.hears()).text == "Спасибо. Оцените, пожалуйста, нашу помощь от 1 до 5."
    await anna.presses("4 ★")
    await anna.hears()
    assert [ticket.rating for ticket in await stage.tickets()] == [4]
