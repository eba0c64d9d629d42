"""Entries in another language than the contact's are offered as such."""

import pytest

from tests.journeys.stage import ContactOnStage, Stage


async def chooses(stage: Stage, language: str) -> ContactOnStage:
    anna = await stage.contact("Анна")
    await anna.writes("/language")
    await anna.hears()
    await anna.presses(language)
    await anna.hears()
    return anna


@pytest.mark.parametrize(("language", "remark"), [("English", "(in Russian)"), ("Magyar", "(oroszul)")])
async def test_an_answer_in_another_language_says_so_in_their_own(stage: Stage, language: str, remark: str) -> None:
    anna = await chooses(stage, language)
    await anna.writes("мою страницу взломали")
    assert (await anna.hears()).text.startswith(f"Взломали страницу {remark}\n\nЗавершите все сеансы")


async def test_choices_in_another_language_say_so_and_fit_their_buttons(stage: Stage) -> None:
    anna = await chooses(stage, "English")
    await anna.writes("музыка")
    assert (await anna.hears()).text == "Maybe you mean one of these:"
    *choices, none = anna.labels()
    assert none == "None of these"
    assert choices
    assert all(choice.endswith("(in Russian)") and len(choice) <= 40 for choice in choices)
    await anna.presses(choices[0])
    assert "(in Russian)\n\n" in (await anna.hears()).text


async def test_what_is_in_their_language_says_nothing_of_it(stage: Stage) -> None:
    anna = await chooses(stage, "English")
    await anna.writes("i forgot my password")
    assert (await anna.hears()).text.startswith("I forgot my password\n\n")
