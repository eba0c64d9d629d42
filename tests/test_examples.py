"""The example knowledge does what the demo and the README say of it."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.simulator.phones import EXAMPLES
from knowledge.drafts import EntryDraft
from knowledge.loading import SourceFile, read_files
from knowledge.matching import Band, Matcher, Phrasing

FOLDER = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def entries() -> list[EntryDraft]:
    files = sorted((FOLDER / "knowledge").glob("*.yaml"))
    return list(read_files([SourceFile(file.name, file.read_bytes()) for file in files]).entries)


@pytest.fixture(scope="module")
def matcher(entries: list[EntryDraft]) -> Matcher:
    phrasings = [
        Phrasing(number, text, entry.lang)
        for number, entry in enumerate(entries)
        for text in (entry.question, *entry.alternatives)
    ]
    return Matcher.build(phrasings, answers={number: entry.answer for number, entry in enumerate(entries)})


def test_there_is_enough_of_it(entries: list[EntryDraft]) -> None:
    counts = Counter(entry.lang for entry in entries)
    assert counts["ru"] >= 60
    assert counts["en"] >= 20
    assert counts["hu"] >= 20
    assert all(len(entry.alternatives) >= 4 for entry in entries)
    assert all(len(entry.question) <= 40 for entry in entries), "a question is also the label of a button"
    assert all(len(entry.answer) <= 600 for entry in entries)


def test_the_three_questions_of_the_demo_show_the_three_ways(matcher: Matcher) -> None:
    bands = [matcher.match(question, languages=("ru", "en", "hu")).band for question in EXAMPLES]
    assert bands == [Band.ANSWER, Band.SUGGEST, Band.NONE]


def test_the_example_questions_find_their_entries(matcher: Matcher, entries: list[EntryDraft]) -> None:
    """The floor under the matcher's quality: what `examples/questions.jsonl` gets today, with some room."""
    right = among = answered = answered_right = asked = 0
    for line in (FOLDER / "questions.jsonl").read_text("utf-8").splitlines():
        question = json.loads(line)
        match = matcher.match(question["text"], languages=(question["lang"], "ru", "en", "hu"))
        keys = [entries[candidate.entry_id].key for candidate in match.candidates]
        if match.band is Band.ANSWER:
            answered += 1
            answered_right += keys[0] == question["expected"]
        if question["expected"] is not None:
            asked += 1
            right += keys[:1] == [question["expected"]]
            among += question["expected"] in keys[:3]
    assert asked >= 300
    assert right / asked >= 0.62
    assert among / asked >= 0.8
    assert answered >= 15
    assert answered_right / answered >= 0.85
