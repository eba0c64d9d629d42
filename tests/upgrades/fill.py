"""Fill a SQLite database with the models of whichever version of the program can be imported, and dump it.

A script of its own: `make_dump.py` runs it with an older version first on the path, so it imports nothing of the tests.

usage: python fill.py DATABASE FOLDER
"""

import itertools
import json
import sqlite3
import sys
import typing
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import DDL, Boolean, Column, Engine, Enum, Integer, LargeBinary, String, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.schema import CreateIndex, CreateTable

import bot.program.app  # declares every table
import bot.program.schema
from infra.database import Database
from infra.storage.columns import Base, Json, UtcDateTime

_FIRST = datetime(2026, 11, 1, 9, 30, 15, 250_000, tzinfo=UTC)
_DELETED = 7
"""So many rows count as deleted at the end of each table whose numbers are never used twice."""


def main(path: Path, folder: Path) -> None:
    db = Database(f"sqlite:///{path}")
    bot.program.schema.migrate(db)
    fill(db.engine)
    db.engine.dispose()
    folder.mkdir(parents=True, exist_ok=True)
    tables = (
        [*Base.metadata.sorted_tables, bot.program.schema._VERSION] if hasattr(bot.program.schema, "_VERSION") else None
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sqlite_sequence SET seq = seq + ?", [_DELETED])
        connection.commit()
        (folder / "sqlite.sql").write_text("\n".join(_sqlite_schema(connection)) + "\n")
        (folder / "rows.jsonl").write_text("\n".join(_rows(connection)) + "\n")
    (folder / "postgresql.sql").write_text("\n".join(_postgres_schema(tables)) + "\n")


# --- rows


def fill(engine: Engine) -> None:
    """Add rows to every table: every word that a column may hold, every nullable column with and without a value."""
    mappers = {mapper.local_table: mapper for mapper in Base.registry.mappers}
    with Session(engine) as session:
        for table in Base.metadata.sorted_tables:
            mapper = mappers[table]
            if table.name == "knowledge_state" and session.query(mapper.class_).count():
                continue  # it has one row at most
            words = {column.name: _words(mapper, column) for column in table.columns}
            for number in range(max(4, *map(len, words.values()))):
                session.add(mapper.class_(**_row(session, mapper, words, number)))
                session.flush()
        session.commit()


def _row(session: Session, mapper: Mapper[Any], words: dict[str, list[Any]], number: int) -> dict[str, Any]:
    """Values by attribute; every third row leaves out what may be left out."""
    values: dict[str, Any] = {}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        assert isinstance(column, Column)
        if column.nullable and number % 3 == 2:
            values[attribute.key] = None
        elif column.foreign_keys:
            values[attribute.key] = _parent(session, column, number)
        elif column.primary_key and isinstance(column.type, Integer):
            continue
        elif words[column.name]:
            values[attribute.key] = words[column.name][number % len(words[column.name])]
        else:
            values[attribute.key] = _value(mapper, column, number)
    return values


def _parent(session: Session, column: Column[Any], number: int) -> object:
    """The key of one of the rows that the column may refer to; None where there is none yet."""
    target = next(iter(column.foreign_keys)).column
    keys = list(session.scalars(target.table.select().with_only_columns(target).order_by(target)))
    return keys[-1 - number % len(keys)] if keys else None


def _words(mapper: Mapper[Any], column: Column[Any]) -> list[Any]:
    """What a column of a few words may hold."""
    if isinstance(column.type, Enum):
        enum = column.type.enum_class
        assert enum is not None
        assert issubclass(enum, StrEnum)
        return list(enum)
    return list(_literals(_hint(mapper, column)))


def _hint(mapper: Mapper[Any], column: Column[Any]) -> Any:  # noqa: ANN401 - any annotation
    return typing.get_type_hints(mapper.class_).get(mapper.get_property_by_column(column).key)


def _literals(hint: Any) -> Iterator[str]:  # noqa: ANN401 - any annotation
    if typing.get_origin(hint) is Literal:
        yield from typing.get_args(hint)
    else:
        yield from itertools.chain.from_iterable(map(_literals, typing.get_args(hint)))


def _value(mapper: Mapper[Any], column: Column[Any], number: int) -> object:
    kind = column.type
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, UtcDateTime):
        return _FIRST + timedelta(hours=number, microseconds=number)
    if isinstance(kind, LargeBinary):
        return bytes(range(number, number + 8))
    if isinstance(kind, Json):
        hint = str(_hint(mapper, column))
        return [] if "[list" in hint else {} if "[dict" in hint else f"{column.name} {number} \N{WAVING HAND SIGN}"
    if column.name == "stems":  # sorted and distinct, as PostgreSQL keeps them
        return f"other stem{number} word"
    if isinstance(kind, Text):
        return f'{column.name} {number}: «Ёлка» isn\'t "over"\nnő \N{WAVING HAND SIGN}'
    assert isinstance(kind, String), kind
    return f"{column.name}-{number}"[-(kind.length or 64) :]


# --- dump


def _sqlite_schema(connection: sqlite3.Connection) -> Iterator[str]:
    """The statements that the program made the file with, tables first."""
    for (sql,) in connection.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'message_search_fts_%'"  # the virtual table makes those itself
        " ORDER BY type = 'trigger', type DESC, rowid"
    ):
        yield "\n".join(line.rstrip() for line in sql.strip().splitlines()).replace("\t", "    ") + ";"


def _postgres_schema(tables: list[Table] | None) -> Iterator[str]:
    """What the models of that version say, in PostgreSQL's words."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in tables or Base.metadata.sorted_tables:
        yield _plain(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield _plain(str(CreateIndex(index).compile(dialect=dialect)))
        for made in table.dispatch.after_create:
            if isinstance(made, DDL) and made._ddl_if and made._ddl_if.dialect == dialect.name:
                yield _plain(str(made.statement))
    if not tables:
        yield (
            "CREATE TABLE alembic_version (\n    version_num VARCHAR(32) NOT NULL,\n"
            "    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n);"
        )


def _plain(sql: str) -> str:
    return "\n".join(line.rstrip() for line in sql.strip().splitlines()).replace("\t", "    ") + ";"


def _rows(connection: sqlite3.Connection) -> Iterator[str]:
    """One JSON array a row: the table and its columns as SQLite stores them; parents come before children."""
    for table in Base.metadata.sorted_tables:
        booleans = {column.name for column in table.columns if isinstance(column.type, Boolean)}
        key = ", ".join(column.name for column in table.primary_key)
        cursor = connection.execute(f'SELECT * FROM "{table.name}" ORDER BY {key}')  # noqa: S608 - our own names
        names = [column for column, *_ in cursor.description]
        for row in cursor:
            values = dict(zip(names, row, strict=True))
            for name, value in values.items():
                if name in booleans and value is not None:
                    values[name] = bool(value)
                elif isinstance(value, bytes):
                    values[name] = {"hex": value.hex()}
            yield json.dumps([table.name, values], ensure_ascii=False)
    for name in ("alembic_version", "sqlite_sequence"):
        cursor = connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - one of two names
        names = [column for column, *_ in cursor.description]
        for row in cursor:
            yield json.dumps([name, dict(zip(names, row, strict=True))])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
