"""Messages of contacts are marked as received by a part of the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("marks", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "marks")
