"""Each journey is travelled on VK and on Telegram, on SQLite and on PostgreSQL with Valkey."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Backend
from tests.journeys.stage import Platform, Stage, staged


@pytest.fixture(params=["vk", "telegram"])
def platform(request: pytest.FixtureRequest) -> Platform:
    chosen: Platform = request.param
    return chosen


@pytest.fixture
async def stage(backend: Backend, platform: Platform) -> AsyncIterator[Stage]:
    async with staged(backend, platform) as stage:
        yield stage
