"""How contacts rate the help they got, and what a contact's next message is taken for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite alters such a table by building it anew, and must be told once more that its numbers are never used twice.
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
