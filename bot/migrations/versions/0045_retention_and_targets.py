"""For how long things are kept, the marks of what was emptied, and the target where a category has none."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_LOOSE = sa.text("ticket_id IS NULL")
_KEPT = sa.text("emptied_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_days", sa.Integer(), nullable=True),
        sa.Column("conversation_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention")),
    )
    op.create_table(
        "usual_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usual_target")),
    )
    op.add_column("ticket", sa.Column("emptied_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("lookup", sa.Column("emptied_at", UtcDateTime(timezone=True), nullable=True))
    op.drop_index("ix_mention_agent_id", table_name="mention")
    op.create_index("ix_mention_agent", "mention", ["agent_id", "message_id"])
    op.create_index("ix_ticket_kept", "ticket", ["updated_at", "id"], sqlite_where=_KEPT, postgresql_where=_KEPT)
    op.create_index("ix_message_loose", "message", ["at", "id"], sqlite_where=_LOOSE, postgresql_where=_LOOSE)
    op.create_index("ix_lookup_kept", "lookup", ["at"], sqlite_where=_KEPT, postgresql_where=_KEPT)


def downgrade() -> None:
    op.drop_index("ix_mention_agent", table_name="mention")
    op.create_index("ix_mention_agent_id", "mention", ["agent_id"])
    op.drop_index("ix_lookup_kept", table_name="lookup")
    op.drop_index("ix_message_loose", table_name="message")
    op.drop_index("ix_ticket_kept", table_name="ticket")
    op.drop_column("lookup", "emptied_at")
    op.drop_column("ticket", "emptied_at")
    op.drop_table("usual_target")
    op.drop_table("retention")
