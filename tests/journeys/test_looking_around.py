"""Browsing: the greeting's buttons, and the topics with their questions."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from knowledge.entries.models import Entry
from knowledge.quality.lookups import outcomes_of
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
    assert anna.labels() == ["Вход и пароль", "Музыка", "Жалобы", "Взломанная страница"]
    await anna.presses("Музыка")
    assert (await anna.hears()).text == "Музыка"
    assert anna.labels() == ["Нет звука в музыке", "Как скачать музыку?", "Почему удалили песню?", "Темы"]
    await anna.presses("Как скачать музыку?")
    assert (await anna.hears()).text.startswith("Как скачать музыку?\n\nСкачать музыку можно по подписке.")
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"]
    await anna.presses("Это помогло")
    assert (await anna.hears()).text.startswith("Отлично!")

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
    assert len({*first[:4], *second[:-1]}) == 7
    await anna.presses("Назад")
    assert (await anna.hears()).text == "Музыка\nСтраница 1 из 2"
    assert anna.labels() == first
    await stage.app.db.write(lambda session: session.execute(update(Entry).values(status="archived")))
    await anna.presses("Ещё")
    assert (await anna.hears()).text.startswith("Этого ответа больше нет.")
    await anna.presses("Темы")
    assert (await anna.hears()).text.startswith("Готовых ответов пока нет.")
    assert await stage.app.db.read(lambda session: outcomes_of(session, number)) == {}


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
    assert ann.labels() == [
        "Вход и пароль (in Russian)",
        "Музыка (in Russian)",
        "Взломанная страница (in Russian)",
        "Other questions (in Russian)",
    ]
    await ann.presses("Other questions (in Russian)")
    assert (await ann.hears()).text == "Other questions (in Russian)"
    assert ann.labels() == ["Меня оскорбляют", "Topics"]
    await ann.presses("Меня оскорбляют")
    assert (await ann.hears()).text.startswith("Меня оскорбляют (in Russian)\n\n")
