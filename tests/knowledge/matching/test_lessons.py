"""The elimination of the ridge regression solves its systems."""

import numpy as np
import pytest

from knowledge.matching.ranking.ridge import solve


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_a_definite_system_is_solved_whatever_its_size(count: int) -> None:
    random = np.random.default_rng(count)
    vectors = random.normal(size=(count, 8))
    matrix = vectors @ vectors.T + 0.5 * np.eye(count)
    wanted = random.normal(size=(count, 3))
    found = solve(np.hstack([matrix, wanted]))
    assert found.shape == (count, 3)
    np.testing.assert_allclose(matrix @ found, wanted, atol=1e-9)
