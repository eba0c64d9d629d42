"""Promises of tickets, and targets of categories; a ticket that owes no answer has no due time."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}
_TARGETS = ("first_answer_minutes", "next_answer_minutes")
_OPEN = sa.text("outcome IS NULL")


def upgrade() -> None:
    for name in _TARGETS:
        op.add_column("category", sa.Column(name, sa.Integer, nullable=True))
    op.create_table(
        "promise",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", name="fk_promise_ticket_id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_promise"),
    )
    op.create_index("ix_promise_ticket_id", "promise", ["ticket_id"])
    op.create_index(
        "uq_promise_open", "promise", ["ticket_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.execute(
        "INSERT INTO promise (ticket_id, kind, since, due_at)"
        " SELECT id, CASE WHEN first_reply_at IS NULL THEN 'first' ELSE 'next' END,"
        " COALESCE(waiting_since, opened_at), due_at FROM ticket WHERE status = 'open' ORDER BY id"
    )
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as ticket:
        ticket.alter_column("due_at", existing_type=UtcDateTime(timezone=True), nullable=True)
    op.execute("UPDATE ticket SET due_at = NULL WHERE status <> 'open'")


def downgrade() -> None:
    op.execute("UPDATE ticket SET due_at = opened_at WHERE due_at IS NULL")
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as ticket:
        ticket.alter_column("due_at", existing_type=UtcDateTime(timezone=True), nullable=False)
    op.drop_table("promise")
    for name in _TARGETS:
        op.drop_column("category", name)
