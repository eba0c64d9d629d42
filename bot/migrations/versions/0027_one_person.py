"""Contacts are linked as one person, identified, muted and noted about."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId, UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("person_id", BigId, nullable=True))
    op.add_column("contact", sa.Column("muted_at", UtcDateTime(timezone=True), nullable=True))
    linked = sa.text("person_id IS NOT NULL")
    op.create_index("ix_contact_person", "contact", ["person_id"], sqlite_where=linked, postgresql_where=linked)
    op.create_table(
        "contact_identifier",
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_identifier_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "value", name=op.f("pk_contact_identifier")),
    )
    op.create_index("ix_contact_identifier_value", "contact_identifier", ["value"])
    op.create_table(
        "contact_note",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_contact_note_agent_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_note_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_note")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_note_contact_id"), "contact_note", ["contact_id"])
    op.execute(
        "INSERT INTO contact_identifier (contact_id, value) "
        "SELECT id, 'name:' || substr(name, 1, 249) FROM contact WHERE name LIKE '%_ _%'"
    )


def downgrade() -> None:
    op.drop_table("contact_note")
    op.drop_table("contact_identifier")
    op.drop_index("ix_contact_person", table_name="contact")
    op.drop_column("contact", "muted_at")
    op.drop_column("contact", "person_id")
