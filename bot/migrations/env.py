"""Alembic's environment: uses the connection that `bot.program.schema.migrate` opened."""

from alembic import context

import bot.program.tables  # noqa: F401 - declares every table
from infra.storage.columns import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
