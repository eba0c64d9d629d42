"""Links to set a password, a second factor at sign-in, the agent's language, and sessions that name their device."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_link",
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_link_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_agent_link_token_hash")),
    )
    op.create_table(
        "agent_totp",
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("secret", sa.String(length=32), nullable=False),
        sa.Column("enabled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_step", BigId, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_agent_totp_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent_totp")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_recovery_code_agent_id")),
        sa.PrimaryKeyConstraint("agent_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sign_in_step_agent_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_step")),
    )
    op.create_index("ix_sign_in_step_agent_id", "sign_in_step", ["agent_id"])
    op.add_column("agent", sa.Column("language", sa.String(length=8), nullable=True))
    op.add_column("agent_session", sa.Column("device", sa.String(length=80), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("agent_session", "device")
    op.drop_column("agent", "language")
    op.drop_table("sign_in_step")
    op.drop_table("recovery_code")
    op.drop_table("agent_totp")
    op.drop_table("agent_link")
