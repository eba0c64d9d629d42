"""The band of a match, and which candidates are choices."""

import pytest

from knowledge.matching import Band, Candidate, Matcher, Phrasing, Thresholds, keep_plausible
from knowledge.matching.bands import decide_band, is_ahead

DEFAULT = Thresholds()
MUSIC = [
    Phrasing(1, "как скачать музыку на телефон", "ru"),
    Phrasing(2, "не приходит код подтверждения", "ru"),
    Phrasing(3, "как удалить свою страницу", "ru"),
    Phrasing(4, "как вернуть деньги за подписку", "ru"),
]


@pytest.mark.parametrize(
    ("confidence", "second", "band"),
    [
        (0.88, 0.5, Band.ANSWER),
        (0.87, 0.17, Band.LIKELY),
        (0.8, 0.0, Band.LIKELY),
        (0.87, 0.18, Band.SUGGEST),
        (0.79, 0.0, Band.SUGGEST),
        (0.45, 0.45, Band.SUGGEST),
        (0.44, 0.0, Band.NONE),
    ],
)
def test_the_band_is_that_of_the_first_and_of_its_lead(confidence: float, second: float, band: Band) -> None:
    assert decide_band(confidence, DEFAULT, ahead=is_ahead(confidence, second)) is band


def test_what_is_held_back_is_no_answer_and_no_guess() -> None:
    assert decide_band(0.95, DEFAULT, ahead=True, held_back=True) is Band.SUGGEST
    assert decide_band(0.1, DEFAULT, ahead=True, held_back=True, held=True) is Band.SUGGEST


def test_only_the_first_two_bands_answer_at_once() -> None:
    assert [band for band in Band if band.answers] == [Band.ANSWER, Band.LIKELY]
    assert Band.ANSWER.is_surer_than(Band.LIKELY)
    assert Band.LIKELY.is_surer_than(Band.SUGGEST)
    assert not Band.LIKELY.is_surer_than(Band.LIKELY)


def test_below_a_fifth_of_the_first_an_entry_is_no_choice() -> None:
    found = [Candidate(number, "", confidence, ()) for number, confidence in enumerate((0.5, 0.3, 0.1, 0.099))]
    assert [candidate.entry_id for candidate in keep_plausible(found)] == [0, 1, 2]
    assert keep_plausible(()) == ()


def test_likely_moves_with_its_threshold() -> None:
    for likely, band in ((0.0, Band.LIKELY), (1.0, Band.SUGGEST)):
        match = Matcher.build(MUSIC, Thresholds(1.0, likely, 0.0)).match("почему не приходит код")
        assert match.candidates[0].entry_id == 2
        assert match.ahead
        assert match.band is band


def test_a_translation_is_no_rival() -> None:
    """A question that two languages share is likely, though the entry's translation comes next."""
    shared = [
        *MUSIC,
        Phrasing(5, "Telegram Premium gift codes", "ru"),
        Phrasing(6, "Telegram Premium gift codes", "en"),
    ]
    match = Matcher.build(shared, Thresholds(1.0, 0.2, 0.1)).match("telegram premium gift", languages=("ru", "en"))
    assert [candidate.entry_id for candidate in match.candidates[:2]] == [5, 6]
    assert match.candidates[1].confidence > 0.03
    assert match.band is Band.LIKELY
