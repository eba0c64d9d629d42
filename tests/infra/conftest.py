from collections.abc import AsyncIterator, Iterator

import pytest

from infra.database import Database
from tests.conftest import Backend
from tests.infra.rows import Base
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    database = Database(backend.database_url)
    Base.metadata.create_all(database.engine)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def mortal_postgres() -> Iterator[Postgres]:
    """A server that a test may kill, if it starts it again."""
    server = Postgres(durable=True)
    yield server
    server.close()


@pytest.fixture
def mortal_valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.close()
