"""Alembic's environment: uses the connection that `bot.program.schema.migrate` opened."""

from alembic import context

import handoff.models
import handoff.people.models
import handoff.tickets.request_models
import infra.storage.leases
import knowledge.entries.models
from infra.storage.columns import Base

# Imported to declare their tables.
TABLES = (
    handoff.models.Contact,
    handoff.people.models.ApiToken,
    handoff.tickets.request_models.FormRow,
    infra.storage.leases.LeaseRow,
    knowledge.entries.models.Entry,
)

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
