"""The space of a knowledge base removes differences of wording from vectors."""

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.matching.arrays import unit
from knowledge.matching.semantic.space import Space

TOPICS, FORMAL, BLUNT = 4, 4, 5


def text(topic: int, manner: int, *, loudness: float = 2.0) -> NDArray[np.float32]:
    """Make a vector that the manner of asking dominates."""
    vector = np.zeros(6, np.float32)
    vector[topic], vector[manner] = 1.0, loudness
    return vector / np.linalg.norm(vector)


@pytest.fixture(scope="module")
def space() -> Space:
    rows = np.array([text(topic, manner) for manner in (FORMAL, BLUNT) for topic in range(3)])
    return Space.learn(rows, rows, np.array([0, 1, 2, 0, 1, 2]))


def test_the_manner_of_asking_no_longer_outweighs_what_is_asked(space: Space) -> None:
    asked, same, other = text(3, BLUNT), text(3, FORMAL), text(1, BLUNT)
    assert asked @ same < asked @ other

    asked, same, other = space.of(np.array([asked, same, other]))

    assert asked @ same > 0.8
    assert asked @ other < 0.3


def test_vectors_keep_unit_length(space: Space) -> None:
    found = space.of(unit(np.random.default_rng(1).normal(size=(20, 6)).astype(np.float32)))

    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_the_order_of_the_texts_does_not_matter(space: Space) -> None:
    rows = np.array([text(topic, manner) for topic in range(3) for manner in (FORMAL, BLUNT)])
    found = Space.learn(rows, rows, np.array([0, 0, 1, 1, 2, 2]))

    assert found.matrix == pytest.approx(space.matrix, abs=1e-5)


def test_one_text_for_each_entry_teaches_nothing() -> None:
    rows = np.array([text(topic, FORMAL) for topic in range(3)])

    assert Space.learn(rows, rows, np.arange(3)).matrix is None
