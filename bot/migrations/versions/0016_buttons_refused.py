"""Store when a platform last accepted a message only without its buttons."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "channel_state",
        sa.Column("buttons_refused_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("channel_state", "buttons_refused_at")
