"""Cyrillic readings of Latin letters."""

import pytest

from knowledge.matching.lexicon.scripts import Script
from knowledge.matching.text.transliteration import readings
from tests.knowledge.matching.test_script import script

RUSSIAN: Script = script(("можно ли вернуть деньги", "ru"), ("пароль от канала", "ru"), ("скачать студию", "ru"))


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("eto", "это"),
        ("chtobi", "чтобы"),
        ("mojet", "может"),
        ("uje", "уже"),
        ("tolko", "только"),
        ("xorosho", "хорошо"),
        ("horosho", "хорошо"),
        ("oficialnij", "официальный"),
        ("vernutsya", "вернуться"),
        ("ska4at", "скачать"),
        ("studiyu", "студию"),
        ("plejlist", "плейлист"),
        ("schyot", "счет"),
    ],
)
def test_of_all_ways_to_read_a_word_the_likeliest_is_taken(latin: str, cyrillic: str) -> None:
    assert RUSSIAN.repair(f"mojno vernut dengi {latin}?") == f"можно вернуть деньги {cyrillic}?"


def test_the_cheapest_reading_comes_first_and_none_twice() -> None:
    found = readings("kanal")
    assert found[0] == (0.0, "канал")
    assert [cost for cost, _ in found] == sorted(cost for cost, _ in found)
    assert len({word for _, word in found}) == len(found) <= 80


@pytest.mark.parametrize("word", ["straße", "пароль", "a-b", "été"])
def test_other_letters_are_not_read(word: str) -> None:
    assert readings(word) == []


def test_a_word_that_nobody_knows_is_read_letter_by_letter() -> None:
    assert RUSSIAN.repair("mojno vernut dengi flumbr") == "можно вернуть деньги флумбр"
