from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import knowledge.entries.models  # noqa: F401 - create_all must see the tables
from infra.database import Database
from tests.conftest import Backend
from tests.servers.databases import make_tables


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def open_db(tmp_path: Path) -> AsyncIterator[Callable[[str], Database]]:
    opened: list[Database] = []

    def open_(name: str) -> Database:
        url = f"sqlite:///{tmp_path / name}"
        make_tables(url)
        db = Database(url)
        opened.append(db)
        return db

    yield open_
    for db in opened:
        await db.close()


@pytest.fixture
def db(open_db: Callable[[str], Database]) -> Database:
    return open_db("knowledge.db")


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    """An empty database with the current schema, on SQLite and on PostgreSQL."""
    make_tables(backend.database_url)
    db = Database(backend.database_url)
    yield db
    await db.close()
