"""Edits on their way, and which message offers a choice."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite alters such a table by building it anew, and must be told once more that its numbers are never used twice.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("afresh", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f("fk_delivery_edits"), "delivery", ["edits"], ["id"])
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.alter_column("afresh", server_default=None)
    with op.batch_alter_table("choice") as batch_op:
        batch_op.add_column(
            sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_choice_message_id"), "message", ["message_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("choice") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_choice_message_id"), type_="foreignkey")
        batch_op.drop_column("message_id")
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_edits"), type_="foreignkey")
        batch_op.drop_column("afresh")
        batch_op.drop_column("edits")
