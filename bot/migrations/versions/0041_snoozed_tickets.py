"""The index of snoozed tickets has all of them, also those that only their contact wakes."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_SNOOZED = sa.text("snoozed_at IS NOT NULL")
_WAKES = sa.text("snoozed_until IS NOT NULL AND status IN ('open', 'waiting')")


def upgrade() -> None:
    op.drop_index("ix_ticket_wake", table_name="ticket")
    op.create_index("ix_ticket_snoozed", "ticket", ["snoozed_until"], sqlite_where=_SNOOZED, postgresql_where=_SNOOZED)


def downgrade() -> None:
    op.drop_index("ix_ticket_snoozed", table_name="ticket")
    op.create_index("ix_ticket_wake", "ticket", ["snoozed_until"], sqlite_where=_WAKES, postgresql_where=_WAKES)
