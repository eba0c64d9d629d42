"""A rejected answer is not offered again, and the second rejection leads to a person."""

from knowledge.files.loading import SourceFile, read_files
from tests.journeys.stage import Stage

FORGOT = "Забыли пароль — как войти?"
ENGLISH = """
entries:
  - {id: forgot-password, lang: en, question: Forgot your password?, alternatives: [password lost], answer: Reset it.}
"""
ABOUT = "Что не так с этим ответом?"


async def test_a_rephrased_question_does_not_get_the_rejected_answer_again(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith(FORGOT)
    await anna.presses("Это не решает мою проблему")
    assert (await anna.hears()).text.startswith(ABOUT)
    await anna.writes("забыла пароль от страницы, что делать")
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?")
    await anna.presses("Да, передать")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "забыла пароль от страницы, что делать"


async def test_none_of_the_choices_is_offered_for_the_rephrased_question(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не работает музыка")
    await anna.hears()
    shown = set(anna.labels()) - {"Ни один вариант не подходит"}
    assert shown
    await anna.writes("ни одно из этих")
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?")
    await anna.writes("почему у меня не играет музыка?")
    await stage.noted("почему у меня не играет музыка?")
    await stage.settled()
    assert "Передать вопрос агенту?" in anna.replies[-1].text
    assert not shown & set(anna.labels())
    await anna.writes("Нет звука в музыке!")  # who names an entry means it
    await anna.sees("Нет звука в музыке\n\nПроверьте громкость устройства и перезапустите приложение.")


async def test_another_question_is_answered_as_ever(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.writes("это мне не подходит")
    await anna.hears()
    await anna.writes("пропал звук у песен")
    assert (await anna.hears()).text.startswith("Нет звука в музыке")
    await anna.writes("не помогло")
    assert (await anna.hears()).text.startswith(ABOUT), "the first rejection of this question"


async def test_the_second_rejection_offers_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("музыка")
    await anna.hears()
    await anna.presses("Почему удалили песню?")
    await anna.hears()
    await anna.writes("нет, не помогает")
    assert (await anna.hears()).text.startswith(ABOUT)
    await anna.presses("Нет звука в музыке")
    await anna.hears()
    await anna.presses("Это не решает мою проблему")
    assert (await anna.hears()).text.startswith("Передать вопрос агенту?")
    await anna.writes("да, давайте")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("музыка", "not_helped")


async def test_what_people_do_not_answer_leads_to_the_topics(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("часы работы поддержки")
    assert (await anna.hears()).text.startswith("Когда работает поддержка?")
    await anna.presses("Это не решает мою проблему")
    assert (await anna.hears()).text == ABOUT
    await anna.writes("во сколько отвечает поддержка")
    assert (await anna.hears()).text.startswith("Другого ответа у меня нет.")
    assert anna.labels() == ["Темы"]
    assert await stage.tickets() == []


async def test_the_next_day_the_answer_is_given_again(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль")
    await anna.hears()
    await anna.presses("Это не решает мою проблему")
    await anna.hears()
    await stage.passes(days=1)
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith(FORGOT)


async def test_a_translation_of_a_rejected_answer_is_rejected_too(stage: Stage) -> None:
    draft = read_files([SourceFile("more.yaml", ENGLISH.encode())])
    await stage.app.db.write(lambda session: stage.app.library.load(session, draft, author="test", keep=True))
    await stage.app.library.refresh()
    john = await stage.contact("John", language="en")
    await john.writes("не помню пароль")
    await john.hears()
    await john.presses("Это не решает мою проблему")
    await john.hears()
    await john.writes("I forgot my password")
    assert (await john.hears()).text.startswith("Shall I pass your question to a person?")
