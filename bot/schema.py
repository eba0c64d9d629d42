"""Bringing a database to the schema of this code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from infra.database import Database
from infra.errors import PlainError

_LOCK = 7_302_115  # any number: whoever migrates this database holds it


def migrate(db: Database) -> str | None:
    """Apply what is missing, all of it or nothing; the new revision, or None where nothing was missing.

    Several processes may call this at once. Call it before the database is used for anything else.

    Raises:
        PlainError: the database was made by a newer version of the program.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
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
    return MigrationContext.configure(connection).get_current_revision()
