"""Several questions at once: what was told about each, what of it was read, and what edited messages said before."""

import sqlalchemy as sa
from alembic import op

import infra.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# SQLite alters such a table by building it anew, and must be told once more that its numbers are never used twice.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("patience_asked", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("read_at", infra.columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.alter_column("patience_asked", server_default=None)
    with op.batch_alter_table("message", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("before", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("before")
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("read_at")
        batch_op.drop_column("patience_asked")
