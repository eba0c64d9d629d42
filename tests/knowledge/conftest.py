import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import knowledge.entries.models  # noqa: F401 - create_all must see the tables
from bot.program.schema import migrate
from infra.database import Database
from infra.storage.columns import Base
from tests.conftest import Backend


class Time:
    """A clock that stands until it is moved."""

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
        db = Database(f"sqlite:///{tmp_path / name}")
        Base.metadata.create_all(db.engine)
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
    """Empty and at the present schema, on SQLite and on PostgreSQL."""
    db = Database(backend.database_url)
    await asyncio.to_thread(migrate, db)
    yield db
    await db.close()
