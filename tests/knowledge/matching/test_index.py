"""Building the index."""

from knowledge.matching import Phrasing
from knowledge.matching.index.sparse_index import Index


def test_building_tells_how_far_it_is() -> None:
    told: list[float] = []
    phrasings = [Phrasing(number // 3, f"вопрос {number} о {number % 97}", "ru") for number in range(6000)]
    Index(phrasings, {}, progress=told.append)
    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert len(told) == 6 + 2 + 1 + 1  # six thousand phrasings, two thousand entries, the counting, the one chunk
