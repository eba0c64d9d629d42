"""The example knowledge base behaves as the demo and the README state."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.simulator.page_words import PAGE_WORDS
from knowledge.entries.drafts import EntryDraft
from knowledge.files.loading import SourceFile, read_files
from knowledge.matching import (
    LANGUAGES,
    Band,
    Candidate,
    Matcher,
    Phrasing,
    find_embedder,
    keep_plausible,
    text_of_answer,
)

FOLDER = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its judgement, and the keys of the entries found and of those that are offered."""

    expected: str | None
    kind: str
    band: Band
    found: list[str]
    choices: list[str]

    @property
    def right(self) -> bool:
        return self.found[:1] == [self.expected]


@pytest.fixture(scope="module")
def entries() -> list[EntryDraft]:
    files = sorted((FOLDER / "knowledge").glob("*.yaml"))
    return list(read_files([SourceFile(file.name, file.read_bytes()) for file in files]).entries)


@pytest.fixture(scope="module")
def matcher(entries: list[EntryDraft]) -> Matcher:
    """The matcher of an installation: with the sentence encoder."""
    phrasings = [
        Phrasing(number, text, entry.lang)
        for number, entry in enumerate(entries)
        for text in (entry.question, *entry.alternatives)
    ]
    by_words = Matcher.build(phrasings, answers={number: entry.answer for number, entry in enumerate(entries)})
    encoder = find_embedder()
    assert encoder is not None
    wordings = [phrasing.text for phrasing in phrasings if phrasing.lang in LANGUAGES]
    texts_of = {
        number: text_of_answer(entry.question, entry.answer)
        for number, entry in enumerate(entries)
        if entry.lang in LANGUAGES
    }
    rows = encoder.phrasings([*wordings, *texts_of.values()])
    answers = dict(zip(texts_of, rows[len(wordings) :], strict=True))
    return by_words.with_embedder(encoder, dict(zip(wordings, rows, strict=False)), answers)


def test_there_is_enough_of_it(entries: list[EntryDraft]) -> None:
    counts = Counter(entry.lang for entry in entries)
    assert counts["ru"] >= 60
    assert counts["en"] >= 20
    assert counts["hu"] >= 20
    assert all(len(entry.alternatives) >= 4 for entry in entries)
    assert all(len(entry.question) <= 40 for entry in entries), "a question is also the label of a button"
    assert all(len(entry.answer) <= 600 for entry in entries)


@pytest.mark.parametrize("language", PAGE_WORDS)
def test_the_three_questions_of_the_demo_show_the_three_ways(matcher: Matcher, language: str) -> None:
    order = (language, *(other for other in PAGE_WORDS if other != language))
    bands = [matcher.match(question, languages=order).band for question in PAGE_WORDS[language].examples]
    assert bands == [Band.ANSWER, Band.SUGGEST, Band.NONE]


def test_the_readme_shows_the_three_questions_of_the_demo() -> None:
    readme = (FOLDER.parent / "README.md").read_text()
    assert re.findall(r'^- Write "(.+?)"', readme, re.MULTILINE) == list(PAGE_WORDS["en"].examples)


def test_every_wording_is_answered_as_it_stands(matcher: Matcher, entries: list[EntryDraft]) -> None:
    wordings = [
        (number, text) for number, entry in enumerate(entries) for text in (entry.question, *entry.alternatives)
    ]
    matches = [(number, matcher.match(text, languages=(entries[number].lang,))) for number, text in wordings]

    assert len(matches) >= 500
    assert all(match.band is Band.ANSWER and match.candidates[0].entry_id == number for number, match in matches)


@pytest.fixture(scope="module")
def asked(matcher: Matcher, entries: list[EntryDraft]) -> list[Asked]:
    """What becomes of each of the example questions."""

    def keys(found: Sequence[Candidate]) -> list[str]:
        return [entries[candidate.entry_id].key for candidate in found]

    rows = [json.loads(line) for line in (FOLDER / "questions.jsonl").read_text("utf-8").split("\n") if line]
    matches = [matcher.match(row["text"], languages=(row["lang"], "ru", "en", "hu")) for row in rows]
    return [
        Asked(row["expected"], row["kind"], match.band, keys(match.candidates), keys(keep_plausible(match.candidates)))
        for row, match in zip(rows, matches, strict=True)
    ]


def share(judged: list[bool]) -> float:
    return sum(judged) / len(judged)


def test_there_are_enough_questions_of_each_kind(asked: list[Asked]) -> None:
    assert len(asked) >= 300
    assert sum(question.expected is None for question in asked) >= 60
    assert sum(question.kind == "noisy" for question in asked) >= 60


def test_the_example_questions_find_their_entries(asked: list[Asked]) -> None:
    """The floor under the matcher's quality: what the questions get today, with some room."""
    answerable = [question for question in asked if question.expected is not None]
    assert share([question.right for question in answerable]) >= 0.7
    assert share([question.expected in question.found[:3] for question in answerable]) >= 0.86
    assert share([question.right for question in answerable if question.kind == "noisy"]) >= 0.86


def test_what_is_answered_is_right_and_the_rest_is_not_answered(asked: list[Asked]) -> None:
    answered = [question for question in asked if question.band is Band.ANSWER]
    assert len(answered) >= 30
    assert share([question.right for question in answered]) >= 0.93
    unanswerable = [question for question in asked if question.expected is None]
    assert share([question.band is Band.ANSWER for question in unanswerable]) <= 0.04


def test_a_likely_answer_is_right_and_doubles_what_is_answered(asked: list[Asked]) -> None:
    likely = [question for question in asked if question.band is Band.LIKELY]
    assert len(likely) >= 30
    assert share([question.right for question in likely]) >= 0.95
    at_once = [question for question in asked if question.band.answers]
    assert len(at_once) >= 70
    assert share([question.right for question in at_once]) >= 0.97
    unanswerable = [question for question in asked if question.expected is None]
    assert share([question.band.answers for question in unanswerable]) <= 0.04


def test_of_questions_close_to_the_knowledge_three_in_four_are_answered_at_once(
    matcher: Matcher, entries: list[EntryDraft]
) -> None:
    rows = [json.loads(line) for line in (FOLDER / "questions-unseen.jsonl").read_text("utf-8").split("\n") if line]
    matches = [(row, matcher.match(row["text"], languages=(row["lang"], "ru", "en", "hu"))) for row in rows]
    covered = [(row["expected"], match) for row, match in matches if row["expected"] is not None]
    at_once = [(expected, match) for expected, match in covered if match.band.answers]
    assert len(at_once) >= 0.75 * len(covered)
    assert share([entries[match.candidates[0].entry_id].key == expected for expected, match in at_once]) >= 0.97
    uncovered = [match for row, match in matches if row["expected"] is None]
    assert share([match.band.answers for match in uncovered]) <= 0.05


def test_what_is_offered_holds_the_answer(asked: list[Asked]) -> None:
    offered = [question for question in asked if question.band is Band.SUGGEST]
    assert len(offered) >= 110
    assert share([question.expected in question.choices for question in offered]) >= 0.88
    unanswerable = [question for question in asked if question.expected is None]
    assert share([question.band is Band.SUGGEST for question in unanswerable]) <= 0.25
