"""Migrations: a fresh database equals the models, a second run is a no-op, a newer database is not touched."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, make_url, text

import handoff.models
import knowledge.entries.models
from bot.program.schema import migrate
from infra.database import Database
from infra.errors import PlainError
from infra.storage.columns import Base
from tests.conftest import Backend
from tests.servers.postgres import Postgres
from tests.upgrades.state import rows, statements

REPOSITORY = Path(__file__).parents[2]
TABLES = (handoff.models.Contact, knowledge.entries.models.Entry)  # imported, so that the metadata is whole


def _is_declared(name: str | None, *_: object) -> bool:
    """The full-text index is written as statements (handoff/search/models.py), since models have no words for it."""
    return not (name or "").startswith(("message_search_fts", "ix_message_search_stems"))


def test_a_fresh_database_is_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": _is_declared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        assert {table.__tablename__ for table in TABLES} <= set(inspect(connection).get_table_names())


def test_a_database_is_made_with_every_table_of_the_sources() -> None:
    sources = [
        path for package in ("bot", "handoff", "knowledge", "infra") for path in (REPOSITORY / package).rglob("*.py")
    ]
    named = {name for path in sources for name in re.findall(r'__tablename__ = "(\w+)"', path.read_text("utf-8"))}
    declares = "import bot.program.tables; from infra.storage.columns import Base; print(*Base.metadata.tables)"
    ran = subprocess.run([sys.executable, "-c", declares], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert set(ran.stdout.split()) == named


async def test_the_migrations_lead_to_the_same_schema_as_a_fresh_start(
    database: Database, backend: Backend, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if database.dialect == "sqlite":
        other = Database(f"sqlite:///{tmp_path}/migrated.db")
    else:
        name = make_url(backend.database_url).database
        other = Database(make_empty(request.getfixturevalue("postgres"), f"{name}_migrated"))
    try:
        with other.engine.begin() as connection:
            connection.execute(text("CREATE TABLE not_ours (id INTEGER)"))  # so it is not empty, and goes the long way
        assert migrate(other) is not None
        with other.engine.begin() as connection:
            connection.execute(text("DROP TABLE not_ours"))
        assert statements(other) == statements(database)
        assert rows(other) == rows(database)
    finally:
        await other.close()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    assert migrate(database) is None


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PlainError, match=r"^The database was made by a newer Frontdesk: update the program, or use"):
        migrate(database)
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


OF_BEFORE_ANSWERS: tuple[tuple[str, list[dict[str, object]]], ...] = (
    (
        "INSERT INTO agent (id, email, name, role, password_hash, created_at)"
        " VALUES (1, 'a@b', 'A', 'agent', '', :now)",
        [{}],
    ),
    (
        "INSERT INTO contact (id, account, user_id, name, language, numbered, version, created_at, last_seen_at)"
        " VALUES (1, 'vk:main', '1', '', 'en', false, 0, :now, :now)",
        [{}],
    ),
    (
        "INSERT INTO ticket (id, contact_id, status, question, language, reason, opened_at, due_at, waiting_since,"
        " joined_acknowledged, patience_asked, version, updated_at, solve_at)"
        " VALUES (:id, 1, :status, '?', 'en', 'asked', :now, :now, :since, false, false, 0, :now, :now)",
        [
            {"id": 1, "status": "open", "since": "2026-11-01 10:00:00"},
            {"id": 2, "status": "waiting", "since": None},
            {"id": 3, "status": "waiting", "since": None},
        ],
    ),
    (
        "INSERT INTO message (id, contact_id, ticket_id, kind, author, agent_id, unnamed, text, at)"
        " VALUES (:id, 1, :id, 'outgoing', 'A', 1, false, 'so', :now)",
        [{"id": 2}, {"id": 3}],
    ),
    (
        "INSERT INTO delivery (id, message_id, contact_id, account, user_id, text, entities, buttons, by_agent,"
        " state, attempts, repeated, next_attempt_at, afresh, updated_at)"
        " VALUES (:id, :id, 1, 'vk:main', '1', 'so', '[]', '[]', true, :state, 1, false, :now, false, :now)",
        [{"id": 2, "state": "sent"}, {"id": 3, "state": "maybe_delivered"}],
    ),
)
"""Rows as they were before an answer counted from its confirmation."""


def test_a_question_whose_answer_was_lost_is_opened_by_the_upgrade(database: Database) -> None:
    step = import_module("bot.migrations.versions.0011_answers_by_confirmation")
    with database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        connection.execute(text("DROP INDEX ix_ticket_undelivered"))  # of a later step
        step.downgrade()
        for sql, rows in OF_BEFORE_ANSWERS:
            connection.execute(text(sql), [{"now": "2026-11-01 10:00:00", **row} for row in rows])
        step.upgrade()
        later = next(index for index in Base.metadata.tables["ticket"].indexes if index.name == "ix_ticket_undelivered")
        later.create(connection)  # the next test finds the tables as they were
        wanted = "SELECT id, status, undelivered, unanswered_since, waiting_since, solve_at FROM ticket ORDER BY id"
        found = [(row[0], row[1], row[2], *map(bool, row[3:])) for row in connection.execute(text(wanted))]
    assert found == [
        (1, "open", None, True, True, True),
        (2, "waiting", None, False, False, True),
        (3, "open", "maybe_delivered", False, True, False),
    ]


def test_several_processes_may_migrate_at_once(postgres: Postgres) -> None:
    environment = {**os.environ, "FRONTDESK_DATABASE_URL": make_empty(postgres, "migrated_at_once")}
    command = [sys.executable, "-m", "bot", "migrate"]
    running = [
        subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=60)[0] for process in running)
    assert [process.returncode for process in running] == [0, 0, 0]
    assert said[0].startswith("The database is now at schema ")
    assert said[1:] == ["The database is up to date.\n"] * 2


def make_empty(server: Postgres, name: str) -> str:
    with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.url(name)
