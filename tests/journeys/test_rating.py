"""Rating of the help: one to five stars, and an optional comment."""

from tests.journeys.stage import ContactOnStage, Stage


async def test_a_solved_question_is_rated_with_a_word(stage: Stage) -> None:
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.writes("соедините с оператором: пропали деньги")
    await anna.hears()
    (number,) = [ticket.id for ticket in await stage.tickets()]
    await boris.replies(number, "Вернули.")
    await boris.resolves(number)
    await anna.hears()
    await anna.hears()
    await anna.presses("Да, спасибо")
    assert "от 1 до 5" in (await anna.hears()).text
    assert [label for label in anna.labels() if "★" in label] == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]
    await anna.presses("4 ★")
    assert (await anna.hears()).text.startswith("Спасибо. Если хотите")
    await anna.writes("быстро и понятно")
    assert (await anna.hears()).text == "Спасибо. Так мы сможем помогать лучше."
    (ticket,) = await stage.tickets()
    assert (ticket.rating, ticket.rating_comment) == (4, "быстро и понятно")
    await anna.writes("не помню пароль")  # the next one is a question again
    assert (await anna.hears()).text.startswith("Забыли пароль")


async def five_stars(stage: Stage) -> ContactOnStage:
    """Anna, whose question was solved, and who has just said how the help was."""
    anna, boris = await stage.contact("Анна"), await stage.agent("Борис")
    await anna.writes("соедините с оператором: пропали деньги")
    await anna.hears()
    (number,) = [ticket.id for ticket in await stage.tickets()]
    await boris.resolves(number)
    await anna.hears()
    await anna.presses("Да, спасибо")
    await anna.hears()
    await anna.presses("5 ★")
    await anna.hears()
    return anna


async def test_what_was_taken_for_a_word_about_the_help_may_have_been_a_question(stage: Stage) -> None:
    anna = await five_stars(stage)
    await anna.writes("теперь погода в казани плохая")
    assert (await anna.hears()).text == "Спасибо. Так мы сможем помогать лучше."
    assert (await stage.tickets())[0].rating_comment == "теперь погода в казани плохая"
    await anna.presses("Это новый вопрос")
    await anna.hears()
    await anna.presses("Да, передать")
    assert "№2" in (await anna.hears()).text
    assert (await stage.tickets())[1].question == "теперь погода в казани плохая"


async def test_a_question_right_after_the_stars_is_answered(stage: Stage) -> None:
    anna = await five_stars(stage)
    await anna.writes("не помню пароль")
    assert (await anna.hears()).text.startswith("Забыли пароль")
    (ticket,) = await stage.tickets()
    assert (ticket.rating, ticket.rating_comment) == (5, None)
