from collections.abc import AsyncIterator

import pytest

from infra.bus import Bus, open_bus
from infra.database import Database
from tests.conftest import Backend
from tests.servers.databases import make_tables


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    make_tables(backend.database_url)
    database = Database(backend.database_url)
    yield database
    await database.close()


@pytest.fixture
async def bus(backend: Backend) -> AsyncIterator[Bus]:
    bus = await open_bus(backend.redis_url)
    yield bus
    await bus.close()
