"""Devices on which agents signed in."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_device",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_used_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_device_agent_id")),
        sa.PrimaryKeyConstraint("token_hash", "agent_id", name=op.f("pk_agent_device")),
    )
    op.create_index(op.f("ix_agent_device_agent_id"), "agent_device", ["agent_id"], unique=False)


def downgrade() -> None:
    op.drop_table("agent_device")
