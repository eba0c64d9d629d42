import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.program.settings import PREFIX
from infra.bus import Bus, open_bus
from infra.database import Database
from tests.conftest import Backend
from tests.servers.databases import make_tables

Command = Callable[..., Result]


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


@pytest.fixture
def frontdesk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)

    def run(*arguments: str, given: str = "", **settings: str) -> Result:
        given_settings = {"DATABASE_URL": "sqlite:///var/frontdesk.db", **settings}
        environment = {PREFIX + name: value for name, value in given_settings.items()}
        return CliRunner(env=environment).invoke(main, arguments, input=given)

    return run
