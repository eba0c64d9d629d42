"""Drafts know the browser in which they were last changed, and when by its clock."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("browser", sa.String(36), nullable=False, server_default=sa.text("''")))
    op.add_column("draft", sa.Column("browser_time", BigId, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("draft", "browser_time")
    op.drop_column("draft", "browser")
