"""Replies that are taken back from the contact."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("message", table_kwargs=_NUMBERED) as message:
        message.add_column(sa.Column("deleted_at", UtcDateTime(timezone=True), nullable=True))
        message.add_column(sa.Column("deleted_by_id", BigId, nullable=True))
        message.create_foreign_key(message.f("fk_message_deleted_by_id"), "agent", ["deleted_by_id"], ["id"])
    op.add_column("delivery", sa.Column("deletes", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as delivery:
        delivery.drop_column("deletes")
    with op.batch_alter_table("message", table_kwargs=_NUMBERED) as message:
        message.drop_constraint(message.f("fk_message_deleted_by_id"), type_="foreignkey")
        for name in ("deleted_at", "deleted_by_id"):
            message.drop_column(name)
