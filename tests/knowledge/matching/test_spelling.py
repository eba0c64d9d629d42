"""Typos, glued and split words."""

import pytest

from knowledge.matching.index.sparse_index import Index
from knowledge.matching.lexicon.spelling import Spelling
from knowledge.matching.values import Phrasing

SPELLING = Spelling(
    Index(
        [
            Phrasing(1, "how can i change the password for my account", "en"),
            Phrasing(2, "what is the delivery address", "en"),
            Phrasing(3, "what to do about error 4031 on a notebook", "en"),
            Phrasing(4, "как восстановить пароль на канале", "ru"),
            Phrasing(5, "hogyan kérhetek visszatérítést", "hu"),
        ],
        answers={},
    ).vocabulary
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("paswsord", ["password"]),
        ("wht", ["what"]),
        ("delivvry", ["delivery"]),
        ("formy", ["for", "my"]),
        ("theaddres", ["the", "address"]),
        ("note book", ["notebook"]),
        ("наканале", ["на", "канале"]),
        ("восстоновит", ["восстановить"]),
        ("visszateritest", ["visszateritest"]),
        ("viszateritést", ["visszateritest"]),
        ("password", ["password"]),
        ("passwords", ["passwords"]),
        ("4032", ["4032"]),
        ("zebra7", ["zebra7"]),
        ("zebra", ["zebra"]),
    ],
)
def test_a_word_is_read_as_the_knowledge_writes_it(written: str, read: list[str]) -> None:
    assert SPELLING.repair(written.split()) == read


def test_an_endless_word_is_left_alone() -> None:
    assert SPELLING.repair(["a" * 500]) == ["a" * 500]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("calendr", ["calendar"]),
        ("tomorow", ["tomorrow"]),
        ("напмните", ["напомните"]),
        ("сообшение", ["сообщение"]),
        ("köszönnöm", ["köszönöm"]),
        ("inthemorning", ["in", "the", "morning"]),
        ("tomor row", ["tomorrow"]),
    ],
)
def test_a_word_the_knowledge_lacks_is_read_as_the_language_writes_it(written: str, read: list[str]) -> None:
    assert SPELLING.repair(written.split()) == read


@pytest.mark.parametrize("written", ["accent", "word", "адресат", "выключить", "sapere", "qwrtzplk", "Ἀθῆναι"])
def test_a_word_of_the_language_is_no_slip_of_another(written: str) -> None:
    assert SPELLING.repair([written]) == [written]


def test_what_stands_in_two_words_is_one_word_if_the_knowledge_has_only_that() -> None:
    assert SPELLING.repair(["pas", "sword", "for", "note", "book"]) == ["password", "for", "notebook"]
    assert SPELLING.repair(["delivery", "address"]) == ["delivery", "address"]


def test_a_word_that_only_the_rest_of_the_knowledge_has_is_left_alone() -> None:
    rest = Index([Phrasing(1, "prices of the acount", "en")], answers={})
    edited = Index([Phrasing(2, "my account", "en")], answers={}, background=rest)
    assert Spelling(edited.vocabulary).repair(["acount"]) == ["acount"]
