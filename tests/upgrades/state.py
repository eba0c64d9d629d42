"""What a database holds, as the database itself tells it."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData, inspect, text

from infra.database import Database

_REPEATED = "message_search_fts"
"""Tables in which SQLite repeats others for its full-text search."""
_LEXEMES = re.compile(r"'\w+'( '\w+')*")
_QUOTED = re.compile(r'(?<=CREATE TABLE )"(\w+)"')
_BETWEEN_PARTS = re.compile(r",\s+(?![^()]*\))|\n")
_POSTGRES_SCHEMA = (
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


def statements(database: Database) -> list[str]:
    """Every statement that makes the schema, sorted."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            # The order of a table's columns and constraints says nothing, nor do the quotes of one that was altered.
            return sorted(
                "\n".join(sorted(part.strip() for part in _BETWEEN_PARTS.split(_QUOTED.sub(r"\1", sql))))
                for sql in connection.scalars(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
            )
        return sorted(str(tuple(row)) for query in _POSTGRES_SCHEMA for row in connection.execute(text(query)))


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows by table, ordered by key; moments as SQLite stores them, so that both databases tell the same."""
    found = MetaData()
    with database.engine.connect() as connection:
        found.reflect(connection)
        return {
            table.name: [
                dict(zip(table.columns.keys(), map(_plain, row), strict=True))
                for row in connection.execute(
                    text(f'SELECT {", ".join(f"{table.name}.{_quoted(name)}" for name in table.columns.keys())}'  # noqa: S608, SIM118 - names of the schema
                         f' FROM {_quoted(table.name)}'
                         f' ORDER BY {", ".join(map(_quoted, table.primary_key.columns.keys()))}')
                )
            ]
            for table in found.sorted_tables
            if not table.name.startswith(_REPEATED)
        }  # fmt: skip


def tables(database: Database) -> set[str]:
    found = inspect(database.engine).get_table_names()
    return {name for name in found if not name.startswith(_REPEATED)}


def _quoted(name: str) -> str:
    return f'"{name}"'


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, str) and _LEXEMES.fullmatch(value):  # a tsvector, which SQLite keeps as a text
        return value.replace("'", "")
    return bytes(value) if isinstance(value, memoryview) else value
