"""Long tests, run by `make soak` alone.

`SOAK` in the environment scales them: 1 takes about half an hour on two quiet cores, 0.1 a tenth of the load, 10 a
night.
"""

import os
from pathlib import Path

import pytest

from tests.durability.ordeal import Scale

SIZE = float(os.environ.get("SOAK", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a soak test."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("soak")


def scaled(disturbances: int, contacts: int, messages: int, pause: float) -> Scale:
    """A share of the disturbances and of the contacts, never none."""
    return Scale(max(1, round(disturbances * SIZE)), max(10, round(contacts * SIZE)), messages, pause)
