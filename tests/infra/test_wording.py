"""A catalogue gives each sentence in the reader's language, and the sentence itself where it knows no better."""

from pathlib import Path

import pytest

from infra.wording import Catalogue, mark

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
RUSSIAN = """"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && \
(n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Hello, {name}"
msgstr "Привет, {name}"

msgid "{count} question"
msgid_plural "{count} questions"
msgstr[0] "{count} вопрос"
msgstr[1] "{count} вопроса"
msgstr[2] "{count} вопросов"
"""


@pytest.fixture
def words(tmp_path: Path) -> Catalogue:
    for language in ("ru", "en", "hu"):
        (tmp_path / f"{language}.po").write_text(HEAD + (RUSSIAN if language == "ru" else ""), "utf-8")
    return Catalogue(tmp_path)


def test_a_sentence_is_translated_and_filled_in(words: Catalogue) -> None:
    assert words.text("ru", "Hello, {name}", name="{Анна}") == "Привет, {Анна}"
    assert words.text("hu", "Hello, {name}", name="Anna") == "Hello, Anna"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "вопросов"), (1, "вопрос"), (2, "вопроса"), (5, "вопросов"), (11, "вопросов"), (21, "вопрос")],
)
def test_numbers_take_their_form(words: Catalogue, count: int, said: str) -> None:
    assert words.plural("ru", "{count} question", "{count} questions", count) == f"{count} {said}"


def test_an_unknown_language_is_english(words: Catalogue) -> None:
    assert words.text("xx", "Hello, {name}", name="Anna") == "Hello, Anna"
    assert words.plural("xx", "{count} question", "{count} questions", 2) == "2 questions"


def test_a_marked_sentence_is_itself() -> None:
    assert mark("Wait here") == "Wait here"


def test_a_language_may_write_numbers_in_its_own_way(tmp_path: Path) -> None:
    (tmp_path / "hu.po").write_text(HEAD + '\nmsgid "#{number}"\nmsgstr "{number:az}."\n', "utf-8")
    words = Catalogue(tmp_path, {"hu": lambda number, spec: f"{spec} {number}"})
    assert words.text("hu", "#{number}", number=7) == "az 7."
