"""The word order feature."""

from math import log

import pytest

from knowledge.matching import Matcher
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.values import Phrasing

_PAIRS = NAMES.index("pairs")


def shares(entries: list[list[str]], question: str) -> dict[int, float]:
    """The column by entry."""
    phrasings = [Phrasing(entry, text, "en") for entry, texts in enumerate(entries) for text in texts]
    _, found = Matcher.build(phrasings).examine(question)
    return dict(zip(found.entries.tolist(), found.rows[:, _PAIRS].tolist(), strict=True))


def test_the_same_words_in_another_order_share_no_pair() -> None:
    found = shares([["dogs chase cats"], ["cats chase dogs"]], "dogs chase cats")
    assert found == {0: pytest.approx(1.0), 1: 0.0}


def test_words_are_neighbours_by_stem() -> None:
    assert shares([["changing passwords"], ["the password was changed"]], "change password")[0] == pytest.approx(1.0)


def test_beginning_and_end_are_neighbours_too() -> None:
    found = shares([["refund"], ["no refund today"]], "refund")
    assert found == {0: pytest.approx(1.0), 1: 0.0}


def test_pairs_of_different_phrasings_add_up_and_phrasings_do_not_touch() -> None:
    entries = [["lost red", "red hat"], ["red", "hat lost"]]
    assert shares(entries, "lost red hat")[0] == pytest.approx(1.0)
    found = shares(entries, "red hat lost")
    assert 1.0 > found[1] > found[0] > 0.0
    assert shares([["blue hat", "lost umbrella"], ["hat"]], "hat lost")[0] == 0.0


def test_a_pair_that_fewer_have_counts_for_more() -> None:
    found = shares([["my old phone"], ["my old car"], ["old shoes"]], "my old car")
    by_start, by_both, by_end, end = log(4 / 2.5), log(4 / 2.5), log(4 / 1.5), log(4 / 1.5)
    whole = by_start + by_both + by_end + end
    assert found[1] == pytest.approx(1.0)
    assert found[0] == pytest.approx((by_start + by_both) / whole, abs=1e-3)
    assert found[2] == 0.0


def test_what_no_entry_has_in_this_order_says_nothing() -> None:
    assert set(shares([["dogs bark"], ["cats sleep"]], "bark sleep dogs").values()) == {0.0}
