from collections.abc import AsyncIterator

import pytest

from bot.program.schema import migrate
from infra.bus import Bus, open_bus
from infra.database import Database
from tests.conftest import Backend


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    database = Database(backend.database_url)
    migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def bus(backend: Backend) -> AsyncIterator[Bus]:
    bus = await open_bus(backend.redis_url)
    yield bus
    await bus.close()
