"""The language that a contact chooses."""

from tests.journeys.stage import Stage


async def test_the_language_that_was_chosen_stays(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("Язык")
    assert (await anna.hears()).text == "На каком языке вам удобнее?"
    assert anna.labels() == ["Русский", "English", "Magyar"]
    await anna.presses("Magyar")
    assert (await anna.hears()).text == "Mostantól magyarul írok Önnek."
    await anna.writes("не помню пароль")  # in other words than theirs, and answered in theirs all the same
    assert (await anna.hears()).text.startswith("Elfelejtettem a jelszavamat\n\n")
    assert anna.labels() == ["Ez segített", "Ez nem oldja meg a problémámat"]
    await anna.writes("/topics")
    assert (await anna.hears()).text == "Válasszon témát:"
    assert anna.labels() == ["Belépés"]
    await anna.writes("привет")
    assert (await anna.hears()).text.startswith("Üdvözlöm!")
    await anna.presses("Русский")
    assert (await anna.hears()).text == "Теперь буду писать вам по-русски."
    await anna.writes("/my")
    assert (await anna.hears()).text.startswith("Вы ещё ничего не спрашивали")


async def test_a_command_tells_nothing_of_the_language(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("/language")
    assert (await anna.hears()).text == "На каком языке вам удобнее?"
    await anna.writes("my questions")
    assert (await anna.hears()).text.startswith("You have not asked a person anything yet.")
