"""Webhooks, and the events on their way to them."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, Json, UtcDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_PENDING = sa.text("state IN ('pending')")


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", BigId, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", Json(), nullable=False),
        sa.Column("with_texts", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(length=128), nullable=False),
        sa.Column("previous_secret", sa.String(length=128)),
        sa.Column("previous_until", UtcDateTime(timezone=True)),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("paused_at", UtcDateTime(timezone=True)),
        sa.Column("disabled_at", UtcDateTime(timezone=True)),
        sa.Column("disabled_reason", sa.String(length=24)),
        sa.Column("failing_since", UtcDateTime(timezone=True)),
        sa.Column("worked_at", UtcDateTime(timezone=True)),
        sa.Column("lease_owner", sa.String(length=64)),
        sa.Column("lease_until", UtcDateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("webhook_id", BigId, nullable=False),
        sa.Column("contact_id", BigId),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("payload", Json(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("first_attempt_at", UtcDateTime(timezone=True)),
        sa.Column("last_attempt_at", UtcDateTime(timezone=True)),
        sa.Column("problem", sa.String(length=24)),
        sa.Column("status_code", sa.Integer()),
        sa.Column("milliseconds", sa.Integer()),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_webhook_delivery_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_webhook_delivery_pending",
        "webhook_delivery",
        ["webhook_id", "next_attempt_at", "id"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.create_index("ix_webhook_delivery_log", "webhook_delivery", ["webhook_id", "id"])
    for column in ("contact_id", "created_at"):
        op.create_index(op.f(f"ix_webhook_delivery_{column}"), "webhook_delivery", [column])


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
