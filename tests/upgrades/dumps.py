"""Dumps of databases as earlier versions of the program left them, and how to load one."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.servers.postgres import Postgres

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
_COUNTERS = "sqlite_sequence"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dump:
    """The schema in the words of both databases, and rows for either."""

    revision: str
    rows: dict[str, list[Row]]
    """By table, parents before children; values as SQLite stores them, booleans and bytes as such."""
    counters: dict[str, int]
    """The last number that each table with AUTOINCREMENT has given."""

    def load_sqlite(self, path: Path) -> str:
        """Make the database at `path`; its address."""
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript((SCHEMAS / self.revision / "sqlite.sql").read_text())
            for table, rows in self.rows.items():
                names = list(rows[0])
                columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
                statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608 - names of a dump
                connection.executemany(statement, [[row[name] for name in names] for row in rows])
            connection.executemany(
                "UPDATE sqlite_sequence SET seq = ? WHERE name = ?", [(n, t) for t, n in self.counters.items()]
            )
            connection.commit()
            connection.execute("PRAGMA journal_mode=WAL")
        return f"sqlite:///{path}"

    def load_postgres(self, server: Postgres, name: str) -> str:
        """Make the database `name`; its address."""
        with _connected(server, "postgres") as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with _connected(server, name) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            connection.execute((SCHEMAS / self.revision / "postgresql.sql").read_bytes())
            for table, rows in self.rows.items():
                names = list(rows[0])
                statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(", ").join(sql.Placeholder() * len(names)),
                )
                with connection.cursor() as cursor:
                    cursor.executemany(statement, [[row[name] for name in names] for row in rows])
                if "id" in names and isinstance(rows[0]["id"], int) and table != "knowledge_state":
                    last = max(self.counters.get(table, 0), *(row["id"] for row in rows))
                    connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
        return server.url(name)


def drop_postgres(server: Postgres, name: str) -> None:
    with _connected(server, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _connected(server: Postgres, name: str) -> psycopg.Connection:
    return psycopg.connect(server.url(name).replace("+psycopg", ""), autocommit=True)


@cache
def dump_of(revision: str) -> Dump:
    rows: dict[str, list[Row]] = {}
    for line in (SCHEMAS / revision / "rows.jsonl").read_text().splitlines():
        table, row = json.loads(line)
        values = {
            name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for name, value in row.items()
        }
        rows.setdefault(table, []).append(values)
    counters = {row["name"]: row["seq"] for row in rows.pop(_COUNTERS, [])}
    return Dump(revision, rows, counters)


def dumped_revisions() -> list[str]:
    return sorted(path.name for path in SCHEMAS.iterdir() if path.is_dir())
