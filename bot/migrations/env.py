"""Run by Alembic: uses the connection that `bot.schema.migrate` opened."""

from alembic import context

import handoff.access_models
import handoff.asking
import handoff.models
import infra.leases
import knowledge.models
from infra.columns import Base

# Imported, so that their tables are declared.
TABLES = (
    handoff.models.Contact,
    handoff.access_models.ApiToken,
    handoff.asking.FormRow,
    infra.leases.LeaseRow,
    knowledge.models.Entry,
)

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
