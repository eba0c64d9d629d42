"""Schema changes of a SQLite file, and the copy of the file before them.

SQLite changes most of a table by building a new one and copying the rows. Foreign keys have to be off meanwhile: with
them on, dropping the old table counts as deleting its rows (https://sqlite.org/lang_altertable.html, section 7).
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from infra.errors import PlainError

_RESERVE = 16 * 2**20
"""Bytes that stay free beside a copy, for the journal of the schema change that follows."""


@contextmanager
def change(engine: Engine) -> Iterator[Connection]:
    """Open one transaction without foreign keys, which are checked before the commit.

    The AUTOINCREMENT counters are kept, so that a rebuilt table never reuses a number.

    Raises:
        PlainError: a row refers to a row that does not exist, or the disk is full. Nothing has changed.
    """
    with engine.connect() as connection:
        pragmas = connection.connection.cursor()
        pragmas.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
        try:
            with connection.begin():
                counters = _counters(connection)
                yield connection
                _keep(connection, counters)
                _check_references(connection)
        except DatabaseError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
                raise PlainError(
                    "The disk is full or cannot be written, so the schema was not changed: "
                    "make room for twice the size of the database, then start again."
                ) from error
            raise
        finally:
            pragmas.execute("PRAGMA foreign_keys=ON")


def _counters(connection: Connection) -> dict[str, int]:
    """Return the last number that each table with AUTOINCREMENT has assigned."""
    if not connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'")):
        return {}
    return {row.name: row.seq for row in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}


def _keep(connection: Connection, counters: dict[str, int]) -> None:
    """Restore the counters of rebuilt tables, which count only the copied rows, to their earlier values."""
    tables = set(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    now = _counters(connection)
    for name, number in counters.items():
        if name not in tables or now.get(name, -1) >= number:
            continue
        statement = (
            "UPDATE sqlite_sequence SET seq = :number WHERE name = :name"
            if name in now
            else "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"
        )
        connection.execute(text(statement), {"name": name, "number": number})


def _check_references(connection: Connection) -> None:
    tables = sorted({str(row[0]) for row in connection.execute(text("PRAGMA foreign_key_check"))})
    if tables:
        raise PlainError(
            f"Rows of {', '.join(tables)} refer to rows that do not exist, so the schema was not changed: "
            "restore a backup, or ask for help with the output of `PRAGMA foreign_key_check`."
        )


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def copy(engine: Engine, target: Path, *, free: Callable[[Path], int] = free_bytes) -> None:
    """Copy the open database to `target`, readable by its owner only (0600); an earlier copy there is replaced.

    `free` returns how many bytes a folder has room for.

    Raises:
        PlainError: there is no room, or the copy cannot be written. Nothing is left of it.
    """
    part = target.with_name(target.name + ".part")
    with engine.connect() as connection:
        # The type is that of any driver.
        source: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        size = source.execute("PRAGMA page_count").fetchone()[0] * source.execute("PRAGMA page_size").fetchone()[0]
        if free(target.parent) < size + _RESERVE:
            raise PlainError(
                f"The database is copied before an upgrade, and {target.parent} has no room for it: "
                f"free {(size + _RESERVE) // 2**20 + 1} MB there, then start again."
            )
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with contextlib.closing(sqlite3.connect(part)) as copied:
                source.backup(copied)
                copied.execute("PRAGMA journal_mode=DELETE")  # one file, without a journal beside it
            part.replace(target)
        except (OSError, sqlite3.Error) as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise PlainError(
                f"The database is copied before an upgrade, and the copy {target} cannot be written ({error}): "
                "fix that, then start again."
            ) from error
