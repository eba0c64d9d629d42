from collections.abc import AsyncIterator

import pytest

from handoff.deliveries.outbox import Outbox
from handoff.models import Contact
from handoff.people.agents import Staff
from handoff.tickets.service import Desk
from infra.bus import LocalBus
from infra.database import Database
from tests.conftest import Backend
from tests.handoff.floor import Floor
from tests.office import Clock


@pytest.fixture
async def floor(backend: Backend) -> AsyncIterator[Floor]:
    database = Database(backend.database_url)
    Contact.metadata.create_all(database.engine)
    clock, bus = Clock(), LocalBus()
    outbox = Outbox(bus, clock)
    yield Floor(clock, database, bus, outbox, Desk(bus, clock, outbox), Staff(clock))
    await database.close()
