"""Greetings, thanks, and the part of a long message that asks."""

import pytest

from knowledge.matching import Matcher, Phrasing
from knowledge.matching.lexicon.politeness import parts, strip


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("здравствуйте подскажите пожалуйста где мой заказ", "где мой заказ"),
        ("где мой заказ спасибо заранее", "где мой заказ"),
        ("hello there where is my order please help", "where is my order"),
        ("jó napot kívánok hol a rendelésem köszönöm", "hol a rendelésem"),
        ("привет", "привет"),
        ("спасибо", "спасибо"),
        ("заказ", "заказ"),
    ],
)
def test_what_says_nothing_is_left_out_unless_it_is_all_there_is(message: str, question: str) -> None:
    assert strip(message.split()) == question.split()


def test_a_short_message_is_one_part() -> None:
    assert parts("Не работает. Что делать?") == ["Не работает. Что делать?"]


def test_a_long_message_falls_into_sentences_even_without_full_stops() -> None:
    found = parts("Вчера вечером сидел дома и смотрел кино. как вернуть деньги за заказ Надеюсь на вашу помощь в этом")

    assert "как вернуть деньги за заказ" in found
    assert "Вчера вечером сидел дома и смотрел кино" in found


def test_no_message_has_more_than_a_few_parts() -> None:
    assert len(parts("Да нет. " * 60)) <= 16
    assert len(parts(" ".join(f"Слово Дело{n}." for n in range(60)))) == 16


def test_the_part_that_asks_decides() -> None:
    matcher = Matcher.build(
        [Phrasing(1, "Как вернуть деньги за заказ?", "ru"), Phrasing(2, "Сколько стоит доставка?", "ru")]
    )
    story = "Здравствуйте! Я уже третий день жду и никто мне не отвечает. Вчера приходил сосед и тоже удивлялся."

    match = matcher.match(f"{story} сколько стоит доставка Не знаю, туда ли пишу.")

    assert match.candidates[0].entry_id == 2
    assert set(match.candidates[0].why) == {"Сколько", "стоит", "доставка"}
