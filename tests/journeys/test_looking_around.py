"""Looking around: the greeting's buttons, the topics with their questions, and one's own questions to people."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.models import Contact, MessageKind
from knowledge.lookups import outcomes_of
from knowledge.models import Entry
from tests.journeys.stage import Stage

_PLACE = select(Entry.id, Entry.category_id).where(Entry.key == "music-silent")


async def test_the_greeting_shows_the_way(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("/start")
    assert (await anna.hears()).text.startswith("Здравствуйте. Опишите вопрос своими словами")
    assert anna.labels() == ["Темы", "Мои вопросы"]
    await anna.presses("Мои вопросы")
    assert (await anna.hears()).text == "Вы ещё ничего не спрашивали у агентов. Напишите вопрос своими словами."
    assert anna.labels() == ["Темы"]
    await anna.writes("/help")
    assert (await anna.hears()).text.startswith("Здравствуйте.")
    await anna.starts()
    assert (await anna.hears()).text.startswith("Здравствуйте.")


async def test_from_the_topics_to_an_answer(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("/topics")
    assert (await anna.hears()).text == "Выберите тему:"
    assert anna.labels() == ["Вход и пароль", "Музыка", "Жалобы"]
    await anna.presses("Музыка")
    assert (await anna.hears()).text == "Музыка"
    assert anna.labels() == ["Нет звука в музыке", "Как скачать музыку?", "Почему удалили песню?", "Темы"]
    await anna.presses("Как скачать музыку?")
    assert (await anna.hears()).text.startswith("Как скачать музыку?\n\nСкачать музыку можно по подписке.")
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"]
    await anna.presses("Это помогло")
    assert (await anna.hears()).text.startswith("Рады")

    # What helped was counted, so it now comes first; the words of the button do as well as the command.
    await anna.writes("Темы")
    await anna.hears()
    await anna.presses("Музыка")
    await anna.hears()
    assert anna.labels()[0] == "Как скачать музыку?"
    assert await stage.tickets() == []


async def test_a_question_found_among_the_topics_goes_to_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("topics")
    await anna.hears()
    await anna.presses("Жалобы")
    await anna.hears()
    await anna.presses("Меня оскорбляют")
    assert "передан агенту" not in (await anna.hears()).text  # reading about it is no complaint yet
    assert anna.labels() == ["Это помогло", "Задать вопрос"]
    await anna.presses("Задать вопрос")
    await anna.hears()
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason, ticket.category) == ("Меня оскорбляют", "asked", "complaints")


async def test_many_questions_are_paged(stage: Stage) -> None:
    number, category = await stage.app.db.read(lambda session: session.execute(_PLACE).one())
    await stage.app.db.write(lambda session: session.execute(update(Entry).values(category_id=category)))
    anna = await stage.contact("Анна")
    await anna.writes("темы")
    await anna.hears()
    assert anna.labels() == ["Музыка"]
    await anna.presses("Музыка")
    assert (await anna.hears()).text == "Музыка\nСтраница 1 из 2"
    first = anna.labels()
    assert first[4:] == ["Темы", "Ещё"]
    await anna.presses("Ещё")
    assert (await anna.hears()).text == "Музыка\nСтраница 2 из 2"
    second = anna.labels()
    assert second[-1] == "Назад"
    assert len({*first[:4], *second[:-1]}) == 6
    await anna.presses("Назад")
    assert (await anna.hears()).text == "Музыка\nСтраница 1 из 2"
    assert anna.labels() == first
    await stage.app.db.write(lambda session: session.execute(update(Entry).values(status="archived")))
    await anna.presses("Ещё")
    assert (await anna.hears()).text.startswith("Этого ответа больше нет.")
    await anna.presses("Темы")
    assert (await anna.hears()).text.startswith("Готовых ответов пока нет.")
    assert await stage.app.db.read(lambda session: outcomes_of(session, number)) == {}


async def test_ones_own_questions_and_what_was_said(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.writes("какая завтра погода в казани")
    await anna.hears()
    (ticket,) = await stage.tickets()
    await anna.writes("/my")
    listed = await anna.hears()
    assert listed.text == f"Ваши вопросы:\n№{ticket.id} ⏳ ждёт агента: какая завтра погода в казани"
    assert anna.labels() == [f"⏳ №{ticket.id} какая завтра погода в казани"]

    await boris.replies(ticket.id, "Солнечно")
    await anna.hears()
    await anna.presses(f"⏳ №{ticket.id} какая завтра погода в казани")
    card = await anna.hears()
    assert card.text == (
        f"№{ticket.id} 💬 есть ответ, ждёт вас\nкакая завтра погода в казани\n"
        "Борис: Солнечно\nМожно дописать подробности прямо здесь."
    )
    assert anna.labels() == ["Отозвать вопрос", "Мои вопросы"]
    await anna.writes("а послезавтра?")
    assert (await anna.hears()).text.startswith(f"Добавили к вопросу №{ticket.id}")
    lines = await stage.thread_of(anna)
    assert [line.ticket_id for line in lines if line.text == "/my"] == [None]
    assert [line.text for line in lines if line.kind is MessageKind.EVENT] == ["opened", "claimed"]
    assert [line.ticket_id for line in lines if line.text == "а послезавтра?"] == [ticket.id]


async def test_withdrawing_and_opening_again(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.writes("какая завтра погода в казани")
    await anna.hears()
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


async def test_one_open_question_at_a_time(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    for words in ("какая завтра погода в казани", "какая завтра погода в самаре"):
        await anna.writes(words)
        await anna.hears()
        if words.endswith("казани"):
            await anna.writes("/my")
            await anna.hears()
            (first,) = await stage.tickets()
            await anna.presses(f"⏳ №{first.id} {words}")
            await anna.hears()
            await anna.presses("Отозвать вопрос")
            await anna.hears()
    _, second = await stage.tickets()
    await anna.writes("/my")
    listed = await anna.hears()
    assert listed.text.splitlines()[1:] == [
        f"№{second.id} ⏳ ждёт агента: какая завтра погода в самаре",
        f"№{first.id} ✖ отозван: какая завтра погода в казани",
    ]
    await anna.presses(f"✖ №{first.id} какая завтра погода в казани")
    await anna.hears()
    await anna.presses("Открыть снова")
    assert (await anna.hears()).text == f"Вопрос №{second.id} ещё открыт: напишите сюда, и агент прочитает."
    assert [ticket.status for ticket in await stage.tickets()] == ["withdrawn", "open"]


async def test_the_language_that_was_chosen_stays(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("Язык")
    assert (await anna.hears()).text == "На каком языке вам удобнее?"
    assert anna.labels() == ["Русский", "English", "Magyar"]
    await anna.presses("Magyar")
    assert (await anna.hears()).text == "Mostantól magyarul írunk Önnek."
    await anna.writes("не помню пароль")
    await anna.hears()
    assert anna.labels() == ["Ez segített", "Ez nem oldja meg a gondomat"]
    await anna.writes("/topics")
    assert (await anna.hears()).text == "Válasszon témát:"
    assert anna.labels() == ["Belépés"]
    await anna.writes("привет")
    assert (await anna.hears()).text.startswith("Üdvözlöm.")
    await anna.presses("Русский")
    assert (await anna.hears()).text == "Теперь будем писать вам по-русски."
    await anna.writes("/my")
    assert (await anna.hears()).text.startswith("Вы ещё ничего не спрашивали")


async def test_a_command_tells_nothing_of_the_language(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("/language")
    assert (await anna.hears()).text == "На каком языке вам удобнее?"
    await anna.writes("my questions")
    assert (await anna.hears()).text.startswith("You have not asked a person anything yet.")


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


async def test_what_stands_in_another_language_only_can_be_browsed_too(stage: Stage) -> None:
    def russian_and_loose(session: Session) -> None:
        session.execute(update(Entry).where(Entry.lang != "ru").values(status="archived"))
        session.execute(update(Entry).where(Entry.key == "insult").values(category_id=None))

    await stage.app.db.write(russian_and_loose)
    ann = await stage.contact("Ann", "en")
    await ann.writes("hello")
    assert (await ann.hears()).text.startswith("Hello.")
    await ann.presses("Topics")
    assert (await ann.hears()).text == "Choose a topic:"
    assert ann.labels() == ["Вход и пароль", "Музыка", "Other questions"]
    await ann.presses("Other questions")
    assert (await ann.hears()).text == "Other questions"
    assert ann.labels() == ["Меня оскорбляют", "Topics"]
