from collections.abc import AsyncIterator

import pytest

from handoff.deliveries.outbox import Outbox
from handoff.people.agents import Staff
from handoff.tickets.service import Desk
from infra.bus import LocalBus
from infra.database import Database
from tests.conftest import Backend
from tests.handoff.floor import Floor
from tests.office import Clock
from tests.servers.databases import make_tables


@pytest.fixture
async def floor(backend: Backend) -> AsyncIterator[Floor]:
    make_tables(backend.database_url)
    database = Database(backend.database_url)
    clock, bus = Clock(), LocalBus()
    outbox = Outbox(bus, clock)
    yield Floor(clock, database, bus, outbox, Desk(bus, clock, outbox), Staff(clock))
    await database.close()
