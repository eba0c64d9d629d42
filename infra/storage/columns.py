"""Column types that behave the same on SQLite and PostgreSQL, and the declarative base of every table."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute

# SQLite numbers rows by itself only where the type is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")
LARGEST_ID = 2**63 - 1
"""Largest value of a BigId; a larger number from outside identifies nothing and must not reach the database."""

# For tables whose rows are referred to outside the database (VK's random_id, ticket numbers): a number is never reused.
NEVER_REUSED = {"sqlite_autoincrement": True}


def word_of(enum: type[StrEnum]) -> Enum:
    """Column that holds one of the words of `enum` as plain text, so that a new word needs no migration."""
    return Enum(enum, native_enum=False, length=24, create_constraint=False, values_callable=_values)


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


def words(*members: StrEnum) -> list[ColumnElement[str]]:
    """Literal words for an `IN` of a frequent statement; bound values would be expanded each time.

    A partial index serves only statements that write out its own condition, words in the same order (`partial_index`).
    """
    return [literal_column(f"'{member.value}'", Text()) for member in members]


def without_index(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """Turn the column into an expression that no index serves.

    Use it in a statement whose few rows another index finds: a planner may prefer to read all rows in key order.
    """
    return column + 0


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Define an index of only the rows that meet the SQL condition, on both databases."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class UtcDateTime(TypeDecorator[datetime]):
    """Aware moment in UTC. A naive one is refused, because its time zone is unknown."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must say its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Plain JSON values, kept as ASCII text.

    Escaped text can hold what a JSON column of PostgreSQL refuses and a platform may send: NUL and lone surrogates.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002 - any JSON value
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - any JSON value
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """Base of every table. Constraint names are fixed, so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - the name and form that SQLAlchemy asks for
