"""Count a contact's events within the current minute."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = infra.storage.columns.UtcDateTime(timezone=True)
    op.add_column("contact", sa.Column("flood_since", moment, nullable=True))
    op.add_column("contact", sa.Column("flood_written", moment, nullable=True))
    op.add_column("contact", sa.Column("flood_count", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for name in ("flood_count", "flood_written", "flood_since"):
        op.drop_column("contact", name)
