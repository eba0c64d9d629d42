"""Keyboard layout and transliteration, decided by the knowledge base."""

import numpy as np
import pytest

from knowledge.matching.arrays import Rows
from knowledge.matching.lexicon.scripts import Script
from knowledge.matching.lexicon.vocabulary import Vocabulary
from knowledge.matching.text.normalised import words
from knowledge.matching.text.transliteration import letter_by_letter


def script(*phrasings: tuple[str, str]) -> Script:
    vocabulary = Vocabulary()
    tokens = [vocabulary.add(words(text), lang) for text, lang in phrasings]
    rows = Rows.of([len(own) for own in tokens], [token for own in tokens for token in own])
    nothing = Rows.of([0] * len(phrasings), [])
    vocabulary.seal(rows, np.arange(len(phrasings), dtype=np.int32), nothing, len(phrasings))
    return Script(vocabulary)


RUSSIAN = script(("как поменять пароль от канала на rutube", "ru"), ("можно ли вернуть деньги", "ru"))
MIXED = script(
    ("как поменять пароль от канала", "ru"),
    ("хотел бы пить, но нет метро", "ru"),
    ("how do i change the password", "en"),
    ("what are my plans for the month", "en"),
    ("hogyan módosíthatom a jelszavamat", "hu"),
    ("mikor kapom meg a pénzt", "hu"),
)
ENGLISH = script(("how do i change the password", "en"), ("it's not working, what now", "en"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rfr gjvtyznm gfhjkm", "как поменять пароль"),
        ("gfhjkm jn rfyfkf yf rutube", "пароль от канала на rutube"),
        ("kak pomenyat parol", "как поменять пароль"),
        ("mojno vernut' dengi", "можно вернуть деньги"),
        ("как поменять пароль", "как поменять пароль"),
    ],
)
def test_russian_behind_latin_letters(typed: str, meant: str) -> None:
    assert RUSSIAN.repair(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("рщц вщ ш срфтпу еру зфыыцщкв", "how do i change the password"), ("шеэы тще цщклштп", "it's not working")],
)
def test_english_behind_cyrillic_letters(typed: str, meant: str) -> None:
    assert ENGLISH.repair(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kak pomenyat parol", "как поменять пароль"),
        ("rfr gjvtyznm gfhjkm", "как поменять пароль"),
        ("как поменять gfhjkm", "как поменять пароль"),
        # Single words that read like Russian ones do not make a message Russian.
        ("who is the singer of hotel california", "who is the singer of hotel california"),
        ("waht are mu plans fro teh metro", "waht are mu plans fro teh metro"),
        ("hogan modositom a jelszavam pit", "hogan modositom a jelszavam pit"),
    ],
)
def test_a_message_is_read_in_one_way_as_a_whole(typed: str, meant: str) -> None:
    assert MIXED.repair(typed) == meant


def test_once_the_message_is_plainly_misread_its_strange_words_are_turned_as_well() -> None:
    assert ENGLISH.repair("рщц вщ ш срфтпу еру ащщифк") == "how do i change the foobar"


def test_a_language_that_the_knowledge_does_not_use_is_never_turned_into() -> None:
    assert ENGLISH.repair("zdravstvuyte ghbdtn") == "zdravstvuyte ghbdtn"
    assert RUSSIAN.repair("открой чат") == "открой чат"


@pytest.mark.parametrize(
    ("latin", "cyrillic"), [("4asto", "часто"), ("schuka", "щука"), ("moyj", "мойй"), ("yula", "юла")]
)
def test_letters_and_digits_of_transliteration(latin: str, cyrillic: str) -> None:
    assert letter_by_letter(latin) == cyrillic
