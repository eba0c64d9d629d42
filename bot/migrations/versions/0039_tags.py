"""Tags of tickets."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.UniqueConstraint("key", name="uq_tag_key"),
    )
    op.create_table(
        "ticket_tag",
        sa.Column("ticket_id", BigId, sa.ForeignKey("ticket.id", name="fk_ticket_tag_ticket_id"), nullable=False),
        sa.Column("tag_id", BigId, sa.ForeignKey("tag.id", name="fk_ticket_tag_tag_id"), nullable=False),
        sa.Column("contact_id", BigId, sa.ForeignKey("contact.id", name="fk_ticket_tag_contact_id"), nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "tag_id", name="pk_ticket_tag"),
    )
    op.create_index("ix_ticket_tag_tag", "ticket_tag", ["tag_id", "ticket_id"])
    op.create_index("ix_ticket_tag_contact_id", "ticket_tag", ["contact_id"])


def downgrade() -> None:
    op.drop_table("ticket_tag")
    op.drop_table("tag")
