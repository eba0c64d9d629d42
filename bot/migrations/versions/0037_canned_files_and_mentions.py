"""Files of canned responses, and colleagues who are named in notes."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("response_id", BigId, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("head", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["response_id"], ["canned_response.id"], name=op.f("fk_canned_file_response_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_file")),
        sqlite_autoincrement=True,
    )
    for column in ("key", "response_id"):
        op.create_index(op.f(f"ix_canned_file_{column}"), "canned_file", [column])
    op.create_table(
        "mention",
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_mention_message_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_mention_agent_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_mention_contact_id")),
        sa.PrimaryKeyConstraint("message_id", "agent_id", name=op.f("pk_mention")),
    )
    for column in ("agent_id", "contact_id"):
        op.create_index(op.f(f"ix_mention_{column}"), "mention", [column])


def downgrade() -> None:
    op.drop_table("mention")
    op.drop_table("canned_file")
