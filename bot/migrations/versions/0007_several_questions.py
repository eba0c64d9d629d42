"""Several open questions per contact, earlier versions of edited messages, and forms."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("patience_asked", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("read_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=True))
    # In a batch of its own: a default that is dropped in the batch that adds the column fills no row.
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.alter_column("patience_asked", server_default=None)
    with op.batch_alter_table("message", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("before", sa.Text(), nullable=True))
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form", infra.storage.columns.Json(), nullable=True))
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "form",
        sa.Column("id", big, nullable=False),
        sa.Column("contact_id", big, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("about", infra.storage.columns.Json(), nullable=False),
        sa.Column("fields", infra.storage.columns.Json(), nullable=False),
        sa.Column("answers", infra.storage.columns.Json(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("touched_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", infra.storage.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_form_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
    )
    op.create_index(op.f("ix_form_contact_id"), "form", ["contact_id"], unique=False)
    op.create_index("ix_form_idle", "form", ["state", "touched_at"], unique=False)


def downgrade() -> None:
    op.drop_table("form")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_column("form")
    with op.batch_alter_table("message", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("before")
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("read_at")
        batch_op.drop_column("patience_asked")
