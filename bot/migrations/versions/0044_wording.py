"""The sentences of the bot that admins change."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wording_override",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("forms", sa.Text, nullable=False),
        sa.Column("agent_id", BigId, nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_wording_override_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wording_override"),
        sa.UniqueConstraint("key", "language", name="uq_wording_override_key_language"),
    )


def downgrade() -> None:
    op.drop_table("wording_override")
