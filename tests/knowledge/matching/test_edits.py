"""Edits that take effect at once, without rebuilding the index."""

import pytest

from knowledge.matching import Band, Matcher, Phrasing

TOPICS = ["пароль", "заказ", "доставка", "возврат", "карта", "видео", "канал", "подписка", "реклама", "профиль"]
PHRASINGS = [
    Phrasing(number * 10 + place, text.format(topic), "ru")
    for number, topic in enumerate(TOPICS)
    for place, text in enumerate(["как удалить {}", "не работает {}", "где найти {}"])
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.build(PHRASINGS)


def first(matcher: Matcher, question: str) -> int | None:
    candidates = matcher.match(question).candidates
    return candidates[0].entry_id if candidates else None


def test_a_new_entry_is_found_beside_the_old_ones(matcher: Matcher) -> None:
    edited = matcher.with_edit(900, [Phrasing(900, "как оплатить парковку", "ru")])

    assert first(edited, "хочу оплатить парковку") == 900
    assert first(edited, "как удалить канал") == first(matcher, "как удалить канал") == 60
    assert first(matcher, "хочу оплатить парковку") != 900


def test_an_edited_entry_is_found_by_its_new_words_only(matcher: Matcher) -> None:
    edited = matcher.with_edit(60, [Phrasing(60, "как стереть свою трансляцию", "ru")])

    assert first(edited, "стереть трансляцию") == 60
    assert first(edited, "как удалить канал") != 60


def test_a_removed_entry_is_gone_and_can_come_back(matcher: Matcher) -> None:
    removed = matcher.with_edit(60, [])
    back = removed.with_edit(60, [Phrasing(60, "как удалить канал", "ru")])

    assert 60 not in [candidate.entry_id for candidate in removed.match("как удалить канал").candidates]
    assert first(back, "как удалить канал") == 60


def test_edits_add_up(matcher: Matcher) -> None:
    edited = matcher.with_edit(900, [Phrasing(900, "оплатить парковку", "ru")]).with_edit(
        901, [Phrasing(901, "забронировать столик", "ru")]
    )

    assert first(edited, "оплатить парковку") == 900
    assert first(edited, "забронировать столик") == 901


def test_confidence_of_an_edit_is_near_that_of_a_built_entry(matcher: Matcher) -> None:
    new = [Phrasing(900, "как оплатить парковку", "ru")]
    built = Matcher.build([*PHRASINGS, *new]).match("как оплатить парковку").candidates[0]
    edited = matcher.with_edit(900, new).match("как оплатить парковку").candidates[0]

    assert edited.entry_id == built.entry_id == 900
    assert edited.confidence == pytest.approx(built.confidence, abs=0.1)


def test_a_matcher_of_nothing_can_be_edited() -> None:
    matcher = Matcher.build([]).with_edit(1, [Phrasing(1, "как оплатить парковку", "ru")])

    assert first(matcher, "как оплатить парковку") == 1
    assert Matcher.build([]).with_edit(1, []).match("парковка").band is Band.NONE
