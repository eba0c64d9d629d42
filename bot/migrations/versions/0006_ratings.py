"""Add contacts' ratings, and the expected meaning of a contact's next message."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("expects", sa.String(length=32), nullable=True))
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("rating", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rating_comment", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("rating_comment")
        batch_op.drop_column("rating")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("expects")
