"""Bringing a database to the schema of this code.

An empty database gets the tables as the models say them; one that is behind goes the way of the migrations. A test
holds the two ways to the same schema.
"""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, text

import handoff.asking
import handoff.models
import knowledge.models
from infra.columns import Base
from infra.database import Database
from infra.errors import PlainError

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_302_115  # any number: whoever migrates this database holds it
_TABLES = (
    handoff.models.Contact,
    handoff.asking.FormRow,
    knowledge.models.Entry,
)  # imported, so that their tables are declared
# As Alembic makes it; apart from our own tables, which are the models' alone.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(db: Database) -> str | None:
    """Apply what is missing, all of it or nothing; the new revision, or None where nothing was missing.

    Several processes may call this at once. Call it before the database is used for anything else.

    Raises:
        PlainError: the database was made by a newer version of the program.
    """
    with db.engine.connect() as connection:
        if _revision(connection) == _newest():
            return None
    with db.engine.begin() as connection:
        if db.dialect == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if not inspect(connection).get_table_names():
            return _create(connection)
        return _upgrade(connection)


def _create(connection: Connection) -> str:
    """All tables at once: Alembic and what it needs would stay in a server's memory for the rest of its life."""
    Base.metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=_newest()))
    return _newest()


def _upgrade(connection: Connection) -> str | None:
    from alembic import command  # noqa: PLC0415 - nearly every start needs nothing of it
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    script = ScriptDirectory.from_config(config)
    before = _revision(connection)
    if before == script.get_current_head():
        return None
    if before is not None and before not in {revision.revision for revision in script.walk_revisions()}:
        raise PlainError("The database was made by a newer Frontdesk: update the program, or use another database.")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return script.get_current_head()


def _revision(connection: Connection) -> str | None:
    """What the database says that it is; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _newest() -> str:
    """The last migration; each file is named after its revision, and they follow each other by number."""
    return max(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))
