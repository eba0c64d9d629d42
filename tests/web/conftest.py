from collections.abc import AsyncIterator

import pytest

from tests.conftest import Backend
from tests.web.counter import Counter, open_counter


@pytest.fixture
async def counter(backend: Backend) -> AsyncIterator[Counter]:
    async with open_counter(backend) as opened:
        yield opened
