"""Access can be withdrawn."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("disabled_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("api_token", sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("api_token", "revoked_at")
    op.drop_column("agent", "disabled_at")
