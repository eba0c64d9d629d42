"""The index of undelivered tickets is by state: with statistics, SQLite prefers any index that compares a column."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_WHERE = sa.text("undelivered IS NOT NULL AND status IN ('open', 'waiting')")


def upgrade() -> None:
    _replace("undelivered")


def downgrade() -> None:
    _replace("id")


def _replace(column: str) -> None:
    op.drop_index("ix_ticket_undelivered", "ticket")
    op.create_index("ix_ticket_undelivered", "ticket", [column], sqlite_where=_WHERE, postgresql_where=_WHERE)
