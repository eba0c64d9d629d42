"""Public questions and the replies to them."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("place", infra.storage.columns.Json(), nullable=True))
    op.create_table(
        "public_question",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("thread", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replied_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", infra.storage.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_public_question_contact_id")),
        sa.ForeignKeyConstraint(["line_id"], ["message.id"], name=op.f("fk_public_question_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_question")),
        sa.UniqueConstraint(
            "account", "place", "thread", "message", name=op.f("uq_public_question_account_place_thread_message")
        ),
    )
    op.create_index("ix_public_question_said", "public_question", ["account", "place", "replied_at"], unique=False)
    op.create_index("ix_public_question_at", "public_question", ["at"], unique=False)
    op.create_index(op.f("ix_public_question_line_id"), "public_question", ["line_id"], unique=False)
    op.create_index(op.f("ix_public_question_contact_id"), "public_question", ["contact_id"], unique=False)


def downgrade() -> None:
    op.drop_table("public_question")
    with op.batch_alter_table("delivery", table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("place")
