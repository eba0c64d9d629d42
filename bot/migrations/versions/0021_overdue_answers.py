"""Contacts are informed once when the answer is overdue."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SET = sa.text("overdue_at IS NOT NULL")


def upgrade() -> None:
    # Contacts of tickets from before the upgrade are not informed: they may have waited for days.
    op.add_column("ticket", sa.Column("overdue_at", UtcDateTime(timezone=True), nullable=True))
    op.create_index("ix_ticket_overdue", "ticket", ["overdue_at"], sqlite_where=_SET, postgresql_where=_SET)


def downgrade() -> None:
    op.drop_index("ix_ticket_overdue", table_name="ticket")
    op.drop_column("ticket", "overdue_at")
