"""Pings of agents: what each wants, their linked accounts, and the pings themselves."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_OPEN = sa.text("outcome IS NULL")
_DONE = sa.text("agent_id IS NULL")


def upgrade() -> None:
    op.create_index("ix_promise_due", "promise", ["due_at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "ping",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agent_id", BigId, sa.ForeignKey("agent.id", name="fk_ping_agent_id"), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", name="fk_ping_ticket_id"), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ping"),
        sa.UniqueConstraint("agent_id", "kind", "reference", name="uq_ping_agent_id_kind_reference"),
    )
    op.create_index("ix_ping_agent_id_id", "ping", ["agent_id", "id"])
    op.create_index("ix_ping_reference", "ping", ["reference"], sqlite_where=_DONE, postgresql_where=_DONE)
    op.create_table(
        "ping_settings",
        sa.Column("agent_id", BigId, sa.ForeignKey("agent.id", name="fk_ping_settings_agent_id"), nullable=False),
        *(
            sa.Column(name, sa.Boolean, nullable=False)
            for name in ("opened", "assigned", "overdue", "sound", "browser", "messenger")
        ),
        sa.Column("quiet_from", sa.Integer, nullable=True),
        sa.Column("quiet_until", sa.Integer, nullable=True),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_ping_settings"),
    )
    op.create_table(
        "agent_account",
        sa.Column("contact_id", BigId, sa.ForeignKey("contact.id", name="fk_agent_account_contact_id"), nullable=False),
        sa.Column("agent_id", BigId, sa.ForeignKey("agent.id", name="fk_agent_account_agent_id"), nullable=False),
        sa.Column("linked_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name="pk_agent_account"),
    )
    op.create_index("ix_agent_account_agent_id", "agent_account", ["agent_id"])
    op.create_table(
        "account_token",
        sa.Column("agent_id", BigId, sa.ForeignKey("agent.id", name="fk_account_token_agent_id"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_account_token"),
        sa.UniqueConstraint("token_hash", name="uq_account_token_token_hash"),
    )


def downgrade() -> None:
    for name in ("account_token", "agent_account", "ping_settings", "ping"):
        op.drop_table(name)
    op.drop_index("ix_promise_due", table_name="promise")
