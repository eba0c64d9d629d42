"""Other contents of messages, and the refused files that the contact was notified of."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place on both databases, without rebuilding a table.
    op.add_column("message", sa.Column("contents", infra.storage.columns.Json(), nullable=True))
    op.add_column("file", sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("file", "told")
    op.drop_column("message", "contents")
