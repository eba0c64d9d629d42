"""The agent whom a demo left in a database is locked out; a real agent with the same name and address never is."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import text

import bot.migrations
from bot.program.schema import migrate
from infra.database import Database
from tests.bot.program import Program, command
from tests.bot.test_schema import make_empty
from tests.conftest import Backend
from tests.office import field

PASSWORD = "correct horse battery"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


# --- databases of before the mark -------------------------------------------------------------------------------------


@pytest.fixture
async def earlier(backend: Backend, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database at the last schema without the mark."""
    url = backend.database_url
    if not url.startswith("sqlite"):
        url = make_empty(request.getfixturevalue("postgres"), f"earlier_{secrets.token_hex(8)}")
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(Path(bot.migrations.__file__).parent))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0009")
    yield database
    await database.close()


def employ(database: Database, at: datetime, name: str = "Мария", role: str = "admin") -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO agent (id, email, name, role, password_hash, created_at)"
                " VALUES (1, 'maria@example.org', :name, :role, 'hash', :at)"
            ),
            {"name": name, "role": role, "at": stored(database, at)},
        )


def write_entry(database: Database, at: datetime) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO entry (id, key, lang, question, answer, status, author, created_at, updated_at, position,"
                " helped, not_helped, fingerprint, search)"
                " VALUES (1, 'a', 'ru', 'q', 'a', 'published', 'example', :at, :at, 0, 0, 0, '', '')"
            ),
            {"at": stored(database, at)},
        )


def serve(database: Database, account: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO channel_state (account, random_base, updated_at) VALUES (:account, 1, :at)"),
            {"account": account, "at": stored(database, AT)},
        )


def stored(database: Database, at: datetime) -> object:
    return at.replace(tzinfo=None).isoformat(" ") if database.dialect == "sqlite" else at


def is_marked(database: Database) -> bool:
    assert migrate(database) is not None
    with database.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT demo FROM agent WHERE id = 1")))


def test_the_agent_of_an_earlier_demo_is_marked(earlier: Database) -> None:
    serve(earlier, "vk:demo")
    write_entry(earlier, AT)
    employ(earlier, AT + timedelta(milliseconds=400))
    assert is_marked(earlier)


@pytest.mark.parametrize("case", ["no demo ran here", "added days after the entries", "another name", "another role"])
def test_an_agent_who_may_be_real_is_not(earlier: Database, case: str) -> None:
    serve(earlier, "vk:main" if case == "no demo ran here" else "vk:demo")
    write_entry(earlier, AT)
    employ(
        earlier,
        AT + (timedelta(days=3) if case == "added days after the entries" else timedelta(seconds=1)),
        name="Мария И." if case == "another name" else "Мария",
        role="agent" if case == "another role" else "admin",
    )
    assert not is_marked(earlier)


# --- as operators see it ----------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_first_agent_of_the_readme_signs_in_after_every_start(tmp_path: Path, backend: Backend) -> None:
    settings = {"DATABASE_URL": backend.database_url}
    words = ("agent", "add", "maria@example.org", "--name", "Мария", "--role", "admin", "--password-stdin")
    assert command(tmp_path, *words, given=PASSWORD + "\n", **settings).returncode == 0
    for _ in range(2):
        program = Program(tmp_path, "run", **settings)
        try:
            assert sign_in(program, "maria@example.org", PASSWORD).status_code == 303
        finally:
            program.stop()


@pytest.mark.long
def test_a_demo_beside_the_first_agent_has_another_one_who_never_signs_in_elsewhere(tmp_path: Path) -> None:
    words = ("agent", "add", "maria@example.org", "--name", "Мария", "--role", "admin", "--password-stdin")
    assert command(tmp_path, *words, given=PASSWORD + "\n", DATABASE_URL="").returncode == 0
    demo = Program(tmp_path, "run", DATABASE_URL="")
    try:
        email, password = demo.said.splitlines()[2].split()[-2:]
        assert email != "maria@example.org"
        assert sign_in(demo, email, password).status_code == 303
        assert sign_in(demo, "maria@example.org", PASSWORD).status_code == 303
    finally:
        demo.stop()
    real = Program(tmp_path, "run", DATABASE_URL="sqlite:///var/demo.db")
    try:
        assert sign_in(real, email, password).status_code == 401
        assert sign_in(real, "maria@example.org", PASSWORD).status_code == 303
    finally:
        real.stop()


def sign_in(program: Program, email: str, password: str) -> httpx.Response:
    with httpx.Client(base_url=program.address, timeout=60) as browser:
        csrf = field(browser.get("/desk/login").text, "csrf")
        return browser.post("/desk/login", data={"csrf": csrf, "email": email, "password": password})
