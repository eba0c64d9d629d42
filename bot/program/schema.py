"""Migration of a database to the schema of this code.

An empty database gets its tables from the models; an older one is migrated. A test checks that both ways yield the
same schema.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, text

import bot.program.tables  # noqa: F401 - declares every table
from infra.database import Database
from infra.errors import PlainError
from infra.storage.columns import Base
from infra.storage.sqlite_schema import copy, free_bytes

log = logging.getLogger(__name__)

_FOLDER = Path(__file__).parents[1] / "migrations"
_LOCK = 7_302_115  # an arbitrary number: the lock of the process that migrates this database
# As Alembic creates it; kept apart from the models' tables.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The result of `migrate`."""

    revision: str
    """The current schema of the database."""
    copy: Path | None
    """The copy of the SQLite file before the upgrade; None on PostgreSQL or if there was nothing to copy."""


def migrate(db: Database, *, free: Callable[[Path], int] = free_bytes) -> Upgrade | None:
    """Apply the missing migrations, all or none; returns None if none was missing.

    A SQLite file is copied first. Several processes may call this concurrently. Call it before the database is used for
    anything else. `free` returns the free bytes of a folder.

    Raises:
        PlainError: the database was made by a newer version of the program, or could not be copied or upgraded.
            It is unchanged.
    """
    with db.engine.connect() as connection:
        before = _revision(connection)
        empty = not inspect(connection).get_table_names()
    if before == _newest():
        return None
    if before is not None and before not in _revisions():
        raise PlainError("The database was made by a newer Frontdesk: update the program, or use another database.")
    copied = None if empty else _copy(db, before, free)
    with db.schema_change() as connection:
        if db.dialect == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        done = _upgrade(connection) if inspect(connection).get_table_names() else _create(connection)
    if done and copied:
        # A warning, because commands without a log show warnings.
        log.warning("upgraded from schema %s to %s; the database as it was before: %s", before, _newest(), copied)
    return Upgrade(_newest(), copied) if done else None


def _copy(db: Database, revision: str | None, free: Callable[[Path], int]) -> Path | None:
    """Copy the SQLite file next to itself; the copy is named after its schema."""
    if db.file is None:
        return None
    target = db.file.with_name(f"{db.file.name}.schema-{revision or 'none'}")
    log.info("copying the database to %s", target)
    copy(db.engine, target, free=free)
    return target


def _create(connection: Connection) -> bool:
    """Create all tables at once, without Alembic, whose imports would stay in a server's memory."""
    Base.metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=_newest()))
    return True


def _upgrade(connection: Connection) -> bool:
    """Apply the missing migrations in order; returns False if another process has done so meanwhile."""
    from alembic import command  # noqa: PLC0415 - most starts do not need it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    before = _revision(connection) or ""
    missing = [revision for revision in _revisions() if revision > before]
    for number, revision in enumerate(missing, 1):
        log.info("upgrading the database to schema %s (step %d of %d)", revision, number, len(missing))
        command.upgrade(config, revision)
    return bool(missing)


def _revision(connection: Connection) -> str | None:
    """Return the database's revision; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _revisions() -> list[str]:
    """Return all revisions, oldest first; each migration's file is named after its revision and numbered in order."""
    return sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def _newest() -> str:
    return _revisions()[-1]
