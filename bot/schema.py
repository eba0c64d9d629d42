"""Bringing a database to the schema of this code."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from infra.database import Database
from infra.errors import PlainError

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_302_115  # any number: whoever migrates this database holds it


def migrate(db: Database) -> str | None:
    """Apply what is missing, all of it or nothing; the new revision, or None where nothing was missing.

    Several processes may call this at once. Call it before the database is used for anything else.

    Raises:
        PlainError: the database was made by a newer version of the program.
    """
    with db.engine.connect() as connection:
        if _revision(connection) == _newest():
            return None
    # Imported here: a database that is up to date, as it is at nearly every start, needs nothing of it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    script = ScriptDirectory.from_config(config)
    with db.engine.begin() as connection:
        if db.dialect == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
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
