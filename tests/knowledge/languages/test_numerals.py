"""Numbers in Hungarian sentences: the article and the ending follow the number's name."""

import pytest

from bot.wording import WORDS
from knowledge.languages.hu.numerals import inflect_number


@pytest.mark.parametrize(
    ("number", "article"),
    [
        *((0, "a"), (1, "az"), (2, "a"), (5, "az"), (10, "a"), (15, "a"), (51, "az"), (100, "a"), (555, "az")),
        *((1000, "az"), (1999, "az"), (10_000, "a"), (50_000, "az"), (1_000_000, "az"), (2_000_000, "a")),
    ],
)
def test_the_article_follows_the_number(number: int, article: str) -> None:
    assert inflect_number(number, "az") == f"{article} {number}"
    assert inflect_number(number, "Az") == f"{article.capitalize()} {number}"


@pytest.mark.parametrize("number", [0, 3, 6, 8, 13, 20, 30, 60, 80, 100, 500, 1_000_000])
def test_names_with_back_vowels(number: int) -> None:
    assert inflect_number(number, "a -ból").endswith(f"{number}-ból")
    assert inflect_number(number, "a -ban").endswith(f"{number}-ban")


@pytest.mark.parametrize("number", [1, 2, 4, 5, 7, 9, 10, 12, 40, 50, 70, 90, 1000, 10_000, 35_000])
def test_names_with_front_vowels(number: int) -> None:
    assert inflect_number(number, "a -ból").endswith(f"{number}-ből")
    assert inflect_number(number, "a -ban").endswith(f"{number}-ben")


def test_other_formats_are_pythons() -> None:
    assert (inflect_number(7, ""), inflect_number(7, "03d")) == ("7", "007")


def test_sentences_have_them() -> None:
    asked = [WORDS.text("hu", "Is this about question #{number}?", number=number) for number in (5, 7)]
    assert asked == ["Ez az 5. számú kérdéséről szól?", "Ez a 7. számú kérdéséről szól?"]
