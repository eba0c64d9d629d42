"""Edits on their way, which message offers a choice, and the files that contacts send."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("file", infra.storage.columns.Json(), nullable=True))
        batch_op.add_column(sa.Column("afresh", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f("fk_delivery_edits"), "delivery", ["edits"], ["id"])
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.alter_column("afresh", server_default=None)
    with op.batch_alter_table("contact") as batch_op:
        batch_op.add_column(sa.Column("numbered", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("contact") as batch_op:
        batch_op.alter_column("numbered", server_default=None)
    with op.batch_alter_table("choice") as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(batch_op.f("fk_choice_message_id"), "message", ["message_id"], ["id"])
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "file",
        sa.Column("id", big, nullable=False),
        sa.Column("message_id", big, nullable=False),
        sa.Column("contact_id", big, nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("size", big, nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_file_contact_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_file_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index("ix_file_due", "file", ["account", "state", "next_attempt_at"], unique=False)
    op.create_index(op.f("ix_file_message_id"), "file", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_table("file")
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_column("numbered")
    with op.batch_alter_table("choice") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_choice_message_id"), type_="foreignkey")
        batch_op.drop_column("message_id")
        batch_op.drop_column("number")
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_edits"), type_="foreignkey")
        batch_op.drop_column("afresh")
        batch_op.drop_column("file")
        batch_op.drop_column("edits")
