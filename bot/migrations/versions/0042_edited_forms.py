"""Categories say when their form was edited at the desk."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("category", sa.Column("form_edited_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("category") as batch:
        batch.drop_column("form_edited_at")
