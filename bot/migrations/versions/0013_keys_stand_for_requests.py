"""Store the request that a message's key stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("key_digest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "key_digest")
