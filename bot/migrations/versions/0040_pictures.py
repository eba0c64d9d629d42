"""Pictures of agents."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent", sa.Column("picture", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("agent") as agent:
        agent.drop_column("picture")
