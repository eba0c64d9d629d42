"""The walks through the dialogue, for longer."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.soak.conftest import SIZE
from tests.walk.test_walk import walk
from tests.walk.world import House


@pytest.fixture
def house() -> Iterator[House]:
    opened = House()
    yield opened
    asyncio.run(opened.close())


def test_whatever_people_do_for_longer(house: House) -> None:
    walk(house, runs=max(20, round(500 * SIZE)))
