"""Consent to the offer of a person in one's own words, and openings."""

import pytest

from tests.journeys.stage import Stage

QUESTION = "какая завтра погода в казани"


@pytest.mark.parametrize(
    "consent", ["ну хорошо, жду", "перешлите специалисту, пожалуйста", "👌", "да, пускай взглянет кто-то из людей"]
)
async def test_consent_passes_on_what_was_asked(stage: Stage, consent: str) -> None:
    anna = await stage.contact("Анна")
    await anna.writes(QUESTION)
    await anna.hears()
    await anna.writes(consent)
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == QUESTION


@pytest.mark.parametrize(
    ("language", "question", "consent"),
    [
        ("en", "how far is the moon from boston", "yes, have an expert look at this"),
        ("hu", "milyen messze van a hold szegedtől", "igen, foglalkozzon vele egy szakember"),
    ],
)
async def test_consent_in_other_languages(stage: Stage, language: str, question: str, consent: str) -> None:
    anna = await stage.contact("Anna", language=language)
    await anna.writes(question)
    await anna.hears()
    await anna.writes(consent)
    await anna.hears()
    (ticket,) = await stage.tickets()
    assert ticket.question == question


async def test_thanks_do_not_end_the_offer_and_a_changed_mind_is_heard(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes(QUESTION)
    await anna.hears()
    await anna.writes("благодарю вас")
    assert "Передать вопрос агенту?" in (await anna.hears()).text
    await anna.writes("пока не стоит")
    assert (await anna.hears()).text.startswith("Хорошо, никому не передаю.")
    await anna.writes("хотя ладно, отправьте")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == QUESTION


async def test_an_opening_is_answered_with_an_invitation(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("Добрый день! Могу я кое о чём спросить?")
    assert (await anna.hears()).text.startswith("Спрашивайте:")
    assert await stage.tickets() == []


async def test_a_wish_to_pass_it_on_after_looking_around_is_about_the_question(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes(QUESTION)
    await anna.hears()
    await anna.writes("темы")  # the offer's buttons are not the last ones any more
    await anna.hears()
    await anna.writes("да, передайте вопрос")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == QUESTION
