"""Asking: the answer, the choices, the transfer to an agent, and the agent's reply."""

from datetime import timedelta

from tests.conftest import Backend
from tests.journeys.stage import MovedClock, Platform, Stage, staged


async def test_a_known_question_is_answered_at_once(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("здрасте не могу зайти забыла пороль")
    reply = await anna.hears()
    assert reply.text.startswith("Забыли пароль — как войти?\n\nНажмите «Забыли пароль?»")
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"]

    await anna.presses("Это помогло")
    assert (await anna.hears()).text == "Отлично! Если появится другой вопрос, просто напишите."
    assert await stage.tickets() == []


async def test_when_unsure_it_offers_choices(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    reply = await anna.hears()
    assert reply.text == "Возможно, вы об этом:"
    labels = anna.labels()
    assert labels[-1] == "Ни один вариант не подходит"
    assert "Как скачать музыку?" in labels
    assert 2 <= len(labels) <= 6

    await anna.presses("Как скачать музыку?")
    assert (await anna.hears()).text.startswith("Как скачать музыку?\n\nСкачать музыку можно по подписке.")
    assert anna.labels() == ["Это помогло", "Это не решает мою проблему"]


async def test_none_of_the_choices_leads_to_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    await anna.presses("Ни один вариант не подходит")
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?\n")
    assert anna.labels() == ["Да, передать", "Не нужно"]
    await anna.presses("Да, передать")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("музыка", "none_fits")


async def test_what_the_knowledge_does_not_cover_goes_to_a_person_and_comes_back(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    acknowledgement = await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    assert f"№{ticket.id}" in acknowledgement.text
    assert ticket.reason == "unanswered"

    assert await boris.takes_next() == ticket.id
    await boris.replies(ticket.id, "Мы не знаем погоду, но желаем солнца")
    answer = await anna.hears()
    assert answer.text == f"Отвечает Борис (вопрос №{ticket.id}):\nМы не знаем погоду, но желаем солнца"

    assert await anna.sees_mark(await anna.writes("спасибо, а послезавтра?"))
    assert await anna.sees_mark(await anna.writes("и потом?"))
    await boris.replies(ticket.id, "Тоже не знаем")
    assert (await anna.hears()).text.endswith("Тоже не знаем")  # both messages joined without a word

    await boris.resolves(ticket.id)
    assert (await anna.hears()).text == f"Вопрос №{ticket.id} решён?"
    await anna.presses("Нет, остались вопросы")
    assert (await anna.hears()).text.startswith(f"Снова открыли вопрос №{ticket.id}")
    (ticket,) = await stage.tickets()
    assert ticket.status == "open"
    assert ticket.assignee_id is None

    await boris.resolves(ticket.id)
    await anna.hears()
    await anna.presses("Да, спасибо")
    assert (await anna.hears()).text.startswith("Спасибо.")
    (ticket,) = await stage.tickets()
    assert ticket.status == "solved"

    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")  # a new question is the bot's again


async def test_magic_words_reach_a_person(stage: Stage) -> None:
    for name, words, asked, skip, said in (
        ("Анна", "оператор", "О чём вопрос?", "Пропустить", "передан агенту"),
        ("Олег", "напишите нам", "О чём вопрос?", "Пропустить", "передан агенту"),
        ("Ann", "human agent", "What is it about?", "Skip", "has been passed to a person"),
        ("Ildikó", "ügyintézőt kérek", "Miről van szó?", "Kihagyom", "továbbítottuk egy munkatársunknak"),
    ):
        who = await stage.contact(name)
        await who.writes(words)
        assert asked in (await who.hears()).text
        await who.presses(skip)
        assert said in (await who.hears()).text
    assert [ticket.reason for ticket in await stage.tickets()] == ["asked"] * 4


async def test_a_wish_for_a_person_takes_the_question_along(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.writes("позовите оператора")
    await anna.hears()
    (ticket,) = await stage.tickets()
    assert ticket.question == "не помню пароль"


async def test_a_complaint_gets_the_answer_and_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("жалоба на оскорбления")
    reply = await anna.hears()
    (ticket,) = await stage.tickets()
    assert "Сохраните переписку" in reply.text
    assert f"Вопрос №{ticket.id} передан агенту" in reply.text
    assert (ticket.reason, ticket.category) == ("rule", "complaints")


async def test_each_is_answered_in_their_language(stage: Stage) -> None:
    ann = await stage.contact("Ann", "en")
    await ann.writes("how do I reset my password")
    assert (await ann.hears()).text.startswith("I forgot my password\n\nPress Forgot password")
    assert ann.labels() == ["This helped", "This doesn't solve my problem"]
    ildiko = await stage.contact("Ildikó", "hu")
    await ildiko.writes("elveszett a jelszó")
    assert (await ildiko.hears()).text.startswith("Elfelejtettem a jelszavamat")
    assert ildiko.labels() == ["Ez segített", "Ez nem oldja meg a problémámat"]


async def test_a_greeting_is_greeted_and_thanks_are_thanked(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("Добрый день!")
    assert (await anna.hears()).text.startswith("Здравствуйте.")
    await anna.writes("спасибо большое")
    assert (await anna.hears()).text.startswith("Пожалуйста.")
    assert await stage.tickets() == []


async def test_a_button_pressed_twice_acts_once(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.presses("Это не решает мою проблему")
    await anna.hears()
    await anna.presses("У меня остались вопросы")
    assert "передан агенту" in (await anna.hears()).text
    await anna.presses("У меня остались вопросы")
    await anna.presses("Это не решает мою проблему")
    await anna.presses("Это помогло")
    assert (await anna.hears()).text.startswith("Отлично!")
    assert len(await stage.tickets()) == 1


async def test_questions_from_an_outage_are_answered_one_by_one(backend: Backend, platform: Platform) -> None:
    clock = MovedClock()
    receiving = "getUpdates" if platform == "telegram" else "a_check"
    async with staged(backend, platform, burst_window=1.5, platform_clock=clock) as stage:
        anna = await stage.contact("Анна")
        stage.simulator.faults.chance({"dropped": 1.0}, seed=1, methods={receiving})
        # What a request from before the outage still brings is the first of them at most.
        for words, minutes in (
            ("музыка играет без звука", 0),
            ("не могу войти", 20),
            ("забыла пароль", 0),
            ("нет звука в музыке", 20),
        ):
            clock.ahead += timedelta(minutes=minutes)
            await anna.writes(words)
        stage.simulator.faults.clear()
        for beginning in ("Нет звука", "Забыли пароль", "Нет звука"):
            assert (await anna.hears()).text.startswith(beginning)
        await stage.settled()
        assert len(anna.replies) == 3


async def test_messages_in_a_row_are_one_question(backend: Backend, platform: Platform) -> None:
    async with staged(backend, platform, burst_window=0.6) as stage:
        anna = await stage.contact("Анна")
        for words in ("здравствуйте", "не могу войти", "забыла пароль"):
            await anna.writes(words)
        assert (await anna.hears()).text.startswith("Забыли пароль")
        await stage.settled()
        assert len(anna.replies) == 1
        assert [line.text for line in await stage.thread_of(anna)][:3] == [
            "здравствуйте",
            "не могу войти",
            "забыла пароль",
        ]
