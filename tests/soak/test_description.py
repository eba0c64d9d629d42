"""A hundred requests to each operation of the REST interface: every answer conforms to the description."""

import pytest

from tests.api.test_description import OPERATIONS, Running, every_answer_is_described, running
from tests.soak.conftest import SIZE

__all__ = ["running"]


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_is_described(running: Running, label: str) -> None:
    every_answer_is_described(running, label, max(10, round(100 * SIZE)))
