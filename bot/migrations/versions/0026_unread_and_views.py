"""Unread marks, saved views, and indexes of the tickets that are held or have an undelivered answer."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_LIVE = "status IN ('open', 'waiting')"
_INDEXES = (
    ("ix_ticket_held", ["assignee_id"], f"assignee_id IS NOT NULL AND {_LIVE}"),
    ("ix_ticket_undelivered", ["id"], f"undelivered IS NOT NULL AND {_LIVE}"),
)


def upgrade() -> None:
    op.create_table(
        "ticket_seen",
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("ticket_id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_ticket_seen_agent_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_seen_ticket_id")),
        sa.PrimaryKeyConstraint("agent_id", "ticket_id", name=op.f("pk_ticket_seen")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", BigId, nullable=False),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["agent.id"], name=op.f("fk_saved_view_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_owner_id"), "saved_view", ["owner_id"])
    for name, columns, where in _INDEXES:
        op.create_index(name, "ticket", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, _, _ in _INDEXES:
        op.drop_index(name, "ticket")
    op.drop_table("saved_view")
    op.drop_table("ticket_seen")
