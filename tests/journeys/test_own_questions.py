"""A contact's own questions to agents: listed, withdrawn, reopened."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Contact, MessageKind
from tests.journeys.stage import Stage


async def test_ones_own_questions_and_what_was_said(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await boris.opens_the_desk()
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    await anna.writes("/my")
    listed = await anna.hears()
    assert listed.text == f"Ваши вопросы:\n№{ticket.id} ⏳ ждёт агента: какая завтра погода в казани"
    assert anna.labels() == [f"⏳ №{ticket.id} какая завтра погода в казани"]

    await boris.replies(ticket.id, "Солнечно")
    await anna.hears()
    await anna.presses(f"⏳ №{ticket.id} какая завтра погода в казани")
    card = await anna.hears()
    assert card.text == (f"№{ticket.id} 💬 есть ответ, ждёт вас\nкакая завтра погода в казани\nБорис: Солнечно")
    assert anna.labels() == ["Дополнить", "Отозвать вопрос", "Задать новый вопрос", "Мои вопросы"]
    await anna.presses("Дополнить")
    assert (await anna.hears()).text == f"Напишите одним сообщением, что добавить к вопросу №{ticket.id}."
    await anna.writes("а послезавтра?")
    assert (await anna.hears()).text.startswith(f"Добавили к вопросу №{ticket.id}")
    lines = await stage.thread_of(anna)
    assert [line.ticket_id for line in lines if line.text == "/my"] == [None]
    assert [line.text for line in lines if line.kind is MessageKind.EVENT] == [
        "pressed ask_person",
        "opened",
        "claimed",
    ]
    assert [line.ticket_id for line in lines if line.text == "а послезавтра?"] == [ticket.id]


async def test_withdrawing_and_opening_again(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    own = f"⏳ №{ticket.id} какая завтра погода в казани"
    await anna.writes("мои вопросы")
    await anna.hears()
    await anna.presses(own)
    await anna.hears()
    before = {line.text for line in await stage.thread_of(anna) if line.ticket_id == ticket.id}
    await anna.presses("Отозвать вопрос")
    said = await anna.hears()
    assert said.text == f"Вопрос №{ticket.id} отозван. Открыть его снова можно в разделе «Мои вопросы»."
    (ticket,) = await stage.tickets()
    assert (ticket.status, ticket.waiting_since) == ("withdrawn", None)
    lines = [line for line in await stage.thread_of(anna) if line.ticket_id == ticket.id]
    assert before <= {line.text for line in lines}
    assert [line.text for line in lines if line.kind is MessageKind.EVENT][-1] == "withdrawn"
    assert await boris.takes_next() is None

    await anna.presses("Отозвать вопрос")  # once more, late: it shows how things stand
    assert (await anna.hears()).text.startswith(f"№{ticket.id} ✖ отозван\n")
    assert anna.labels() == ["Открыть снова", "Мои вопросы"]
    await anna.presses("Открыть снова")
    assert (await anna.hears()).text.startswith(f"Снова открыли вопрос №{ticket.id}")
    assert await boris.takes_next() == ticket.id
    await boris.resolves(ticket.id)
    await anna.hears()
    await anna.presses("Открыть снова")
    assert (await anna.hears()).text.startswith(f"№{ticket.id} ✅ решён\n")
    assert [ticket.status for ticket in await stage.tickets()] == ["solved"]


async def test_many_own_questions_are_paged(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("привет")
    await anna.hears()

    def asked(session: Session) -> list[int]:
        who = session.scalars(select(Contact).where(Contact.user_id == str(anna.person))).one()
        tickets = [stage.app.desk.open(session, who, f"вопрос {place}", reason="asked") for place in range(1, 7)]
        for ticket in tickets:
            stage.app.desk.confirm(session, ticket)
        return [ticket.id for ticket in tickets]

    numbers = await stage.app.db.write(asked)
    await anna.writes("/my")
    listed = await anna.hears()
    assert listed.text.splitlines()[:3] == [
        "Ваши вопросы:",
        "Страница 1 из 2",
        f"№{numbers[-1]} ✅ решён: вопрос 6",
    ]
    assert anna.labels() == [f"✅ №{number} вопрос {number - numbers[0] + 1}" for number in numbers[:1:-1]] + ["Ещё"]
    await anna.presses("Ещё")
    await anna.hears()
    assert anna.labels() == [f"✅ №{numbers[1]} вопрос 2", f"✅ №{numbers[0]} вопрос 1", "Назад"]
    await anna.presses("Назад")
    assert (await anna.hears()).text == listed.text
