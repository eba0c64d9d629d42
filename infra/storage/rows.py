"""Plain rows, for the code that runs for every message.

SQLAlchemy's mapped objects cost four to seven times a plain row; where one event writes a dozen rows they would take
most of its time. These writes go straight to the database: unsaved changes of mapped objects are not flushed first, and
loaded mapped objects do not see the change.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Insert, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, Session

Values = Mapping[str, Any]
_CONNECTION = "connection"


def table(model: type[DeclarativeBase]) -> Table:
    """Return the table behind a mapped class, for statements over plain rows."""
    return cast("Table", model.__table__)


def run(session: Session, statement: Executable, values: Values | None = None) -> CursorResult[Any]:
    """Run a statement over plain rows; `values` fill its `bindparam`s."""
    return _connection(session).execute(statement, values)


def add(session: Session, model: type[DeclarativeBase], **values: object) -> int:
    """Insert one row, with the defaults of its columns; return its id."""
    key = _connection(session).execute(_insert(model), values).inserted_primary_key
    return int(cast("Sequence[int]", key)[0])


def add_all(session: Session, model: type[DeclarativeBase], rows: Sequence[Values]) -> None:
    """Insert rows that name the same columns, in one round trip."""
    if rows:
        _connection(session).execute(_insert(model), rows)


def add_new(session: Session, model: type[DeclarativeBase], rows: Sequence[Values]) -> None:
    """Insert the rows that no unique constraint refuses."""
    if rows:
        connection = _connection(session)
        connection.execute(_insert_new(model, connection.dialect.name), rows)


def add_if_new(session: Session, model: type[DeclarativeBase], **values: object) -> int | None:
    """Insert one row; return its id, or None if a unique constraint refuses it."""
    connection = _connection(session)
    return cast(
        "int | None", connection.execute(_insert_new_returning(model, connection.dialect.name), values).scalar()
    )


def lend(session: Session, connection: Connection) -> None:
    """Let plain rows go straight to the connection, so that a unit of work without mapped objects skips the session.

    For code that opens sessions, where rolling back the connection's own transaction undoes all that the session did.
    """
    session.info[_CONNECTION] = connection


def _connection(session: Session) -> Connection:
    """Return the session's connection, requested once: a session lives for one transaction (see infra/database.py)."""
    connection = session.info.get(_CONNECTION)
    if connection is None:
        connection = session.info[_CONNECTION] = session.connection()
    return cast("Connection", connection)


@cache
def _insert(model: type[DeclarativeBase]) -> Insert:
    return insert(table(model))


@cache
def _insert_new_returning(model: type[DeclarativeBase], dialect: str) -> Executable:
    return _insert_new(model, dialect).returning(table(model).c.id)


@cache
def _insert_new(model: type[DeclarativeBase], dialect: str) -> Insert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - two megabytes that SQLite has no use for

        return postgresql.insert(table(model)).on_conflict_do_nothing()
    return sqlite.insert(table(model)).on_conflict_do_nothing()
