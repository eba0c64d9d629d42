"""Claims that lapse, tickets that stay with their owner, requests to hand over, and agents who are away."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# SQLite rebuilds the table to alter it, and AUTOINCREMENT must be declared again.
_NUMBERED = {"sqlite_autoincrement": True}
_MOMENTS = ("claimed_at", "touched_at")
_CLAIMED = sa.text("assignee_id IS NOT NULL AND touched_at IS NULL AND status IN ('open', 'waiting')")
_OWNED = sa.text("touched_at IS NOT NULL AND status IN ('open')")


def upgrade() -> None:
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as ticket:
        for name in _MOMENTS:
            ticket.add_column(sa.Column(name, UtcDateTime(timezone=True), nullable=True))
        ticket.add_column(sa.Column("returned_from_id", BigId, nullable=True))
        ticket.create_foreign_key(ticket.f("fk_ticket_returned_from_id"), "agent", ["returned_from_id"], ["id"])
    # A ticket that waits for its contact has an answer of its holder, who keeps it.
    op.execute(
        "UPDATE ticket SET claimed_at = updated_at,"
        " touched_at = CASE WHEN status = 'waiting' THEN updated_at END"
        " WHERE status IN ('open', 'waiting') AND assignee_id IS NOT NULL"
    )
    op.create_index("ix_ticket_claimed", "ticket", ["claimed_until"], sqlite_where=_CLAIMED, postgresql_where=_CLAIMED)
    op.create_index("ix_ticket_owned", "ticket", ["due_at"], sqlite_where=_OWNED, postgresql_where=_OWNED)
    op.add_column("agent", sa.Column("away_since", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "hand_over_request",
        sa.Column(
            "ticket_id", BigId, sa.ForeignKey("ticket.id", name="fk_hand_over_request_ticket_id"), nullable=False
        ),
        sa.Column("agent_id", BigId, sa.ForeignKey("agent.id", name="fk_hand_over_request_agent_id"), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("declined_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "agent_id", name="pk_hand_over_request"),
    )
    op.create_table(
        "handover",
        sa.Column("message_id", BigId, sa.ForeignKey("message.id", name="fk_handover_message_id"), nullable=False),
        sa.Column("contact_id", BigId, sa.ForeignKey("contact.id", name="fk_handover_contact_id"), nullable=False),
        sa.Column("agent_id", BigId, sa.ForeignKey("agent.id", name="fk_handover_agent_id"), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_handover"),
    )
    op.create_index("ix_handover_contact_id", "handover", ["contact_id"])


def downgrade() -> None:
    op.drop_table("handover")
    op.drop_table("hand_over_request")
    op.drop_column("agent", "away_since")
    op.drop_index("ix_ticket_owned", table_name="ticket")
    op.drop_index("ix_ticket_claimed", table_name="ticket")
    with op.batch_alter_table("ticket", table_kwargs=_NUMBERED) as ticket:
        ticket.drop_constraint(ticket.f("fk_ticket_returned_from_id"), type_="foreignkey")
        for name in (*_MOMENTS, "returned_from_id"):
            ticket.drop_column(name)
