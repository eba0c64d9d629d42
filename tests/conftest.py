"""What every test may ask for: a database of its own on either server, and a bus to go with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bot.schema import migrate
from infra.database import Database
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Backend:
    """Where a test keeps its record and, perhaps, its hints."""

    database_url: str
    redis_url: str | None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Callable[[], str]:
    """Makes an empty database with every table and returns its address."""
    _execute(postgres, "CREATE DATABASE pattern")
    pattern = Database(postgres.url("pattern"))
    migrate(pattern)
    pattern.engine.dispose()

    def make() -> str:
        name = f"test_{next(_numbers)}"
        _execute(postgres, f"CREATE DATABASE {name} TEMPLATE pattern")
        return postgres.url(name)

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Both ways to run: SQLite with hints in the process, PostgreSQL with hints through Valkey."""
    if request.param == "sqlite":
        return Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    make = request.getfixturevalue("postgres_database")
    return Backend(make(), request.getfixturevalue("valkey").url)


def _execute(server: Postgres, statement: str) -> None:
    url = server.url().replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
