"""Meaning of short messages: in words that the language modules do not list, and questions with such words.

`said/` holds for each language and kind what says it, and what mentions its words in a question.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.dialogue import Utterance, read_utterance
from knowledge.languages import LANGUAGES, Saying

_SHARE = 0.9
"""Of the messages in other words; docs/decisions/0046 has the figures."""
_FOLDER = Path(__file__).parent / "said"
_SAID: dict[str, dict[str, Any]] = {
    language: yaml.safe_load((_FOLDER / f"{language}.yaml").read_text("utf-8")) for language in LANGUAGES
}


def _says(kind: str) -> Callable[[Utterance], object]:
    match kind:
        case "person":
            return lambda said: said.wants_person
        case "nudge":
            return lambda said: said.nudges
        case "unsolved":
            return lambda said: said.reports_problem and Saying.SOLVED not in said.sayings
        case _:
            return lambda said: Saying(kind) in said.sayings


def _lists(key: str) -> list[Any]:
    return [
        pytest.param(kind, lists[key], id=f"{language}-{kind}")
        for language, kinds in _SAID.items()
        for kind, lists in kinds.items()
        if kind not in {"matter", "choice"}
    ]


@pytest.mark.parametrize(("kind", "messages"), _lists("said"))
def test_other_words_are_understood(kind: str, messages: list[str]) -> None:
    missed = [text for text in messages if not _says(kind)(read_utterance(text))]
    assert len(missed) <= (1 - _SHARE) * len(messages), missed


@pytest.mark.parametrize(("kind", "messages"), _lists("not said"))
def test_a_question_that_has_such_words_is_a_question(kind: str, messages: list[str]) -> None:
    assert [text for text in messages if _says(kind)(read_utterance(text))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_small_talk(language: str) -> None:
    kinds = ((kind, lists) for kind, lists in _SAID[language].items() if kind not in {"matter", "unsolved", "solved"})
    questions = [text for _, lists in kinds for text in lists["not said"]]
    assert [
        text for text in questions if read_utterance(text).is_courtesy or not read_utterance(text).has_content
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_number_of_a_choice(language: str) -> None:
    lists = _SAID[language]["choice"]
    assert {text: read_utterance(text).choice for text in lists["said"]} == lists["said"]
    assert [text for text in lists["not said"] if read_utterance(text).choice is not None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_matter_of_a_wish_for_a_person(language: str) -> None:
    known = _SAID[language]["matter"]
    assert {text: read_utterance(text).matter for text in known} == known
    assert all(read_utterance(text).wants_person for text in known)


def test_consent_is_no_thanks_for_what_works() -> None:
    assert Saying.CONSENT not in read_utterance("спасибо, всё хорошо").sayings
    assert Saying.CONSENT in read_utterance("хорошо, спасибо").sayings


@pytest.mark.parametrize("text", ["да?", "ok?", "всё", "👍", "понял?", "нет!", "…"])
def test_without_a_word_of_content_nothing_is_asked(text: str) -> None:
    assert not read_utterance(text).has_content


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=list(LANGUAGES))
def test_a_language_has_words_for_every_short_message(language: Any) -> None:  # noqa: ANN401 - a Language
    assert [saying for saying in Saying if not language.sayings[saying].core] == []
    assert len(language.ordinals) >= 6


@pytest.mark.parametrize(
    "text",
    ["есть какие-то подвижки?", "чего там с моей заявкой", "как там мой вопрос?", "any progress with my case?",
     "how are things going?", "what happened to my request?", "hogy haladunk?", "mi van a kérésemmel"],
)  # fmt: skip
def test_asking_how_much_longer_it_takes_is_a_nudge(text: str) -> None:
    assert read_utterance(text).nudges


@pytest.mark.parametrize(
    "text",
    ["как там отменить заказ", "how much longer is the trial", "any news channel recommendations",
     "есть результат матча", "how is it going to be billed", "mikorra ér ide a csomag"],
)  # fmt: skip
def test_a_question_about_something_else_is_no_nudge(text: str) -> None:
    assert not read_utterance(text).nudges
