"""Rarity of words, and stems of words with accents."""

import pytest

from knowledge.matching import Matcher, Phrasing
from knowledge.matching.lexicon.rarity import Rarity
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.text import stems

NEWS = Matcher.build([Phrasing(1, "mik a mai hírek", "hu"), Phrasing(2, "zene lejátszása", "hu")])


@pytest.mark.parametrize(
    ("lang", "common", "rare"), [("ru", "как", "ипотека"), ("en", "how", "mortgage"), ("hu", "hogyan", "jelzálog")]
)
def test_a_word_of_every_sentence_is_less_rare_than_a_subject(lang: str, common: str, rare: str) -> None:
    rarity = Rarity.load()
    assert rarity.of(stems.stem(common, lang), lang) < rarity.of(stems.stem(rare, lang), lang) < 1.0


def test_a_word_never_seen_is_as_rare_as_can_be() -> None:
    assert Rarity.load().of("флюгегехаймен", "ru") == 1.0


def test_a_rare_word_that_nothing_speaks_of_counts_for_more_than_a_common_one() -> None:
    matcher = Matcher.build([Phrasing(1, "вернуть деньги за заказ", "ru"), Phrasing(2, "сменить пароль", "ru")])
    rare, left = (
        [
            matcher.examine(text)[1].rows[0][NAMES.index(name)]
            for text in ("вернуть деньги или", "вернуть деньги ипотека")
        ]
        for name in ("rare", "left")
    )
    assert rare[0] > rare[1]
    assert left[0] == pytest.approx(0.0, abs=1e-6)
    assert left[1] > 0.05


def test_the_stem_of_a_hungarian_word_is_found_by_its_accents() -> None:
    reading, found = NEWS.examine("mit tudsz a hírekről")
    assert found.entries.tolist()[0] == 0
    assert found.rows[0][NAMES.index("rare")] > 0.0
    assert reading.asked.forms[-1] == "hirekrol"
