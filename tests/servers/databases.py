"""Databases lent to tests: each has every table and no rows, regardless of its earlier use."""

from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from bot.program.schema import migrate
from infra.database import Database
from infra.storage.columns import Base
from tests.servers.postgres import Postgres

_numbers = count(1)
_COLUMNS = """
    SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY table_name, column_name
"""
_VERSION = "SELECT version_num FROM alembic_version"


class Databases:
    """Creates databases on one server and reuses them: creating one takes twenty times as long as emptying it."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._free: list[str] = []
        self._lent: list[str] = []
        with self._connection("postgres") as connection:
            connection.execute("CREATE DATABASE pattern")
        pattern = Database(server.url("pattern"))
        migrate(pattern)
        pattern.engine.dispose()
        with self._connection("pattern") as connection:
            self._columns = connection.execute(_COLUMNS).fetchall()
            self._version = connection.execute(_VERSION).fetchall()
        self._tables = {str(table) for table, *_ in self._columns}

    def lend(self) -> str:
        """The address of an exclusive database."""
        if self._free:
            name = self._free.pop()
        else:
            name = f"test_{next(_numbers)}"
            with self._connection("postgres") as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE pattern")
        self._lent.append(name)
        return self._server.url(name)

    def take_back(self) -> None:
        """Take back all lent databases: close their connections and delete all rows."""
        while self._lent:
            name = self._lent.pop()
            if self._emptied(name):
                self._free.append(name)

    def _emptied(self, name: str) -> bool:
        """Empty the database; returns False if its schema was changed."""
        with self._connection(name) as connection:
            connection.execute(  # waits, up to so many milliseconds, until they are gone
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = {str(table) for table, *_ in connection.execute(_COLUMNS)}
            for table in tables - self._tables:
                connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
            if connection.execute(_COLUMNS).fetchall() != self._columns:
                return False
            if connection.execute(_VERSION).fetchall() != self._version:
                return False
            connection.execute("SET session_replication_role = replica")  # the audit log's triggers refuse deletion
            for table in reversed(Base.metadata.sorted_tables):  # TRUNCATE would take ten times as long
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
            connection.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )
        return True

    def _connection(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self._server.url(name).replace("+psycopg", ""), autocommit=True)


@cache
def _sqlite_pattern() -> bytes:
    """A SQLite file with every table and without a row."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pattern.db"
        database = Database(f"sqlite:///{path}")
        migrate(database)
        database._store.close()
        return path.read_bytes()


def make_tables(url: str) -> None:
    """Create a SQLite database as a copy: creating its tables takes a hundred times as long. A no-op for others."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and made.database and not (path := Path(made.database)).exists():
        path.write_bytes(_sqlite_pattern())
