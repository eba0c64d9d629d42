"""Deep links to an agent, to an answer and to a topic; on both platforms."""

from tests.journeys.stage import Stage


async def test_a_link_leads_straight_to_a_person(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.starts("ask")
    assert (await anna.hears()).text.startswith("Опишите вопрос одним сообщением")
    await anna.writes("не помню пароль и телефон потерян")  # which the knowledge would answer
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert (ticket.question, ticket.reason) == ("не помню пароль и телефон потерян", "asked")


async def test_a_link_leads_to_an_answer_or_a_topic_and_an_unknown_one_greets(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.starts("entry-music-download")
    assert (await anna.hears()).text.startswith("Как скачать музыку?")
    await anna.starts("category-music")
    await anna.hears()
    assert "Нет звука в музыке" in anna.labels()
    await anna.starts("entry-nothing-of-the-kind")
    assert (await anna.hears()).text.startswith("Здравствуйте")
