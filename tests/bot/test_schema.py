"""Migrations: a fresh database is what the models say, twice is nothing, a newer one is left alone."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

import handoff.models
import knowledge.models
from bot.schema import migrate
from infra.columns import Base
from infra.database import Database
from infra.errors import PlainError
from tests.servers.postgres import Postgres

REPOSITORY = Path(__file__).parents[2]
TABLES = (handoff.models.Contact, knowledge.models.Entry)  # imported, so that the metadata is whole


def test_a_fresh_database_is_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        assert {table.__tablename__ for table in TABLES} <= set(inspect(connection).get_table_names())


def test_migrating_twice_changes_nothing(database: Database) -> None:
    assert migrate(database) is None


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PlainError, match=r"^The database was made by a newer Frontdesk: update the program, or use"):
        migrate(database)
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_several_processes_may_migrate_at_once(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated_at_once")
    environment = {**os.environ, "FRONTDESK_DATABASE_URL": postgres.url("migrated_at_once")}
    command = [sys.executable, "-m", "bot", "migrate"]
    running = [
        subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=60)[0] for process in running)
    assert [process.returncode for process in running] == [0, 0, 0]
    assert said[0].startswith("The database is now at schema ")
    assert said[1:] == ["The database is up to date.\n"] * 2
