"""Questions that equal a phrasing word for word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.matching import Band, Match, Matcher, Phrasing, Thresholds
from knowledge.matching.index.exact_match import standing
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.saved_matcher import load, save

KNOWLEDGE = [
    Phrasing(1, "how are you", "en"),
    Phrasing(1, "how is it going", "en"),
    Phrasing(2, "please turn it up", "en"),
    Phrasing(3, "включи свет", "ru"),
    Phrasing(3, "включи лампу в комнате", "ru"),
    Phrasing(3, "выключи свет", "ru"),
    Phrasing(4, "выключи лампу", "ru"),
    Phrasing(4, "выключи свет в комнате", "ru"),
    Phrasing(4, "выключи свет на кухне", "ru"),
    Phrasing(4, "выключи весь свет", "ru"),
    Phrasing(5, "не работает звук", "ru"),
    Phrasing(6, "Не работает звук?", "ru"),
    Phrasing(7, "Telegram bot", "ru"),
    Phrasing(8, "Telegram bot", "hu"),
    Phrasing(9, "Hogyan tudom visszaállítani a jelszavamat?", "hu"),
    Phrasing(10, "свет", "ru"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.build(KNOWLEDGE)


def answered(match: Match) -> int | None:
    """The entry that the question is answered with as it stands."""
    sure = match.band is Band.ANSWER and [candidate.entry_id for candidate in match.candidates]
    return sure[0] if sure and len(sure) == 1 else None


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("how are you", 1),
        ("How are you?? 😀", 1),
        ("please turn it up", 2),
        ("выключи свет", 3),
        ("Здравствуйте! ВЫКЛЮЧИ СВЕТ, пожалуйста", 3),
        ("выкллючи свет", 3),
        ("выключисвет", 3),
        ("dsrk.xb cdtn", 3),
        ("vykluchi svet", 3),
        ("hogyan tudom visszaallitani a jelszavamat", 9),
    ],
)
def test_it_is_answered_whatever_else_comes_near(matcher: Matcher, question: str, entry: int) -> None:
    assert answered(matcher.match(question)) == entry


def test_all_its_words_say_why(matcher: Matcher) -> None:
    found = matcher.match("HOGYAN tudom visszaallitani a jelszavamat").candidates[0]

    assert found.phrasing == "Hogyan tudom visszaállítani a jelszavamat?"
    assert found.why == ("Hogyan", "tudom", "visszaállítani", "a", "jelszavamat")


def test_the_other_entries_follow_where_they_are_wanted(matcher: Matcher) -> None:
    match = matcher.match("выключи свет", limit=3, rivals=True)

    assert match.band is Band.ANSWER
    assert [candidate.entry_id for candidate in match.candidates][:2] == [3, 4]
    assert len({candidate.entry_id for candidate in match.candidates}) == len(match.candidates) == 3
    assert match.candidates[0] == matcher.match("выключи свет").candidates[0]
    assert matcher.match("выключи свет", limit=0, rivals=True).candidates == ()


@pytest.mark.parametrize("question", ["выключи свет в", "свет выключи", "выключи", "выключи свет у соседа"])
def test_other_words_or_another_order_are_judged_as_ever(matcher: Matcher, question: str) -> None:
    assert answered(matcher.match(question)) is None


def test_a_phrasing_of_two_entries_says_nothing_of_either(matcher: Matcher) -> None:
    assert {5, 6} <= {candidate.entry_id for candidate in matcher.match("не работает звук").candidates}


def test_of_the_same_phrasing_in_two_languages_that_of_the_contact_is_taken(matcher: Matcher) -> None:
    assert answered(matcher.match("telegram bot", languages=("hu", "ru"))) == 8
    assert answered(matcher.match("telegram bot", languages=("ru", "hu"))) == 7
    assert answered(matcher.match("telegram bot")) is None


def test_a_single_word_is_judged_by_its_own_rule(matcher: Matcher) -> None:
    assert len(matcher.match("свет").candidates) > 1


def test_edits_are_known_at_once(matcher: Matcher) -> None:
    edited = matcher.with_edit(3, [Phrasing(3, "погаси люстру", "ru")]).with_edit(11, [Phrasing(11, "как дела", "ru")])

    assert answered(edited.match("погаси люстру")) == 3
    assert answered(edited.match("как дела")) == 11
    assert 3 not in [candidate.entry_id for candidate in edited.match("выключи свет").candidates[:1]]
    assert answered(edited.match("how are you")) == 1


def test_a_new_wording_that_another_entry_has_too_says_nothing(matcher: Matcher) -> None:
    edited = matcher.with_edit(4, [Phrasing(4, "выключи свет", "ru")])

    assert {3, 4} <= {candidate.entry_id for candidate in edited.match("выключи свет").candidates}


def test_an_index_from_a_file_knows_them(matcher: Matcher, tmp_path: Path) -> None:
    save(matcher, tmp_path / "index", {})
    loaded = load(tmp_path / "index", Thresholds())

    assert loaded is not None
    assert answered(loaded[0].match("how are you")) == 1


def test_nothing_is_answered_where_the_community_wants_no_answers() -> None:
    match = Matcher.build(KNOWLEDGE, Thresholds(answer=1.0)).match("выключи свет")

    assert match.band is Band.SUGGEST
    assert len(match.candidates) > 1


@given(st.lists(st.lists(st.sampled_from(["да", "нет", "свет", "лампа"]), min_size=1, max_size=3), min_size=1))
def test_just_those_phrasings_are_found_that_have_the_same_words(texts: list[list[str]]) -> None:
    index = Index([Phrasing(number, " ".join(text), "ru") for number, text in enumerate(texts)], {})

    for wanted in texts:
        assert standing(index, wanted) == [number for number, text in enumerate(texts) if text == wanted]
    assert standing(index, ["окно"]) == standing(index, []) == []
