"""Count answers from their confirmation: since when an answer is missing, and why it did not reach the contact."""

import sqlalchemy as sa
from alembic import op

import infra.storage.columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_LAST_ANSWER = """
    SELECT max(id) FROM message
    WHERE message.ticket_id = ticket.id AND message.agent_id IS NOT NULL AND message.kind = 'outgoing'
"""
_LOST = f"""
    SELECT min(state) FROM delivery
    WHERE delivery.message_id = ({_LAST_ANSWER}) AND delivery.edits IS NULL AND delivery.place IS NULL
    AND delivery.state IN ('failed', 'maybe_delivered', 'refused')
"""  # noqa: S608 - only constants


def upgrade() -> None:
    # Added in place: rebuilding the table would affect the tables that refer to it.
    op.add_column(
        "ticket", sa.Column("unanswered_since", infra.storage.columns.UtcDateTime(timezone=True), nullable=True)
    )
    op.add_column("ticket", sa.Column("undelivered", sa.String(length=24), nullable=True))
    op.execute("UPDATE ticket SET unanswered_since = coalesce(waiting_since, opened_at) WHERE status = 'open'")
    # Tickets whose answer was lost are open again, and late if their time has passed.
    op.execute(f"UPDATE ticket SET undelivered = ({_LOST}) WHERE status = 'waiting'")  # noqa: S608 - only constants
    op.execute(
        f"""
        UPDATE ticket SET status = 'open', remind_at = NULL, solve_at = NULL,
            waiting_since = (SELECT at FROM message WHERE message.id = ({_LAST_ANSWER}))
        WHERE status = 'waiting' AND undelivered IS NOT NULL
        """  # noqa: S608 - only constants
    )


def downgrade() -> None:
    op.drop_column("ticket", "undelivered")
    op.drop_column("ticket", "unanswered_since")
