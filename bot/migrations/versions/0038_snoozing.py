"""Tickets that their holder leaves out of the queue for a while, and whose turn automatic assignment comes to."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}
_WAKES = sa.text("snoozed_until IS NOT NULL AND status IN ('open', 'waiting')")
_MOMENTS = ("snoozed_at", "snoozed_until")


def upgrade() -> None:
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as ticket:
        for name in _MOMENTS:
            ticket.add_column(sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    op.create_index("ix_ticket_wake", "ticket", ["snoozed_until"], sqlite_where=_WAKES, postgresql_where=_WAKES)
    op.add_column("agent", sa.Column("assigned_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("agent", "assigned_at")
    op.drop_index("ix_ticket_wake", table_name="ticket")
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as ticket:
        for name in _MOMENTS:
            ticket.drop_column(name)
