"""Silence policy, a time limit on reopening, reviews by another agent, and unnamed replies."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}
_MOMENTS = ("remind_at", "solve_at", "reopen_until", "reopened_at")


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as batch_op:
        for name in _MOMENTS:
            batch_op.add_column(sa.Column(name, infra.storage.columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("previous_assignee_id", big, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_ticket_previous_assignee_id"), "agent", ["previous_assignee_id"], ["id"]
        )
    op.create_index("ix_ticket_remind", "ticket", ["remind_at"], unique=False)
    op.create_index("ix_ticket_solve", "ticket", ["solve_at"], unique=False)
    with op.batch_alter_table("message", table_kwargs=_NUMBERED) as batch_op:
        batch_op.add_column(sa.Column("unnamed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("message", table_kwargs=_NUMBERED) as batch_op:
        batch_op.alter_column("unnamed", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("message", table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("unnamed")
    op.drop_index("ix_ticket_solve", table_name="ticket")
    op.drop_index("ix_ticket_remind", table_name="ticket")
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_ticket_previous_assignee_id"), type_="foreignkey")
        batch_op.drop_column("previous_assignee_id")
        for name in _MOMENTS:
            batch_op.drop_column(name)
