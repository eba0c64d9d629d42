"""Contacts who asked for a person and have not said what it is about are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_SET = sa.text("expects = 'matter'")


def upgrade() -> None:
    op.create_index("ix_contact_matter", "contact", ["last_seen_at"], sqlite_where=_SET, postgresql_where=_SET)


def downgrade() -> None:
    op.drop_index("ix_contact_matter", table_name="contact")
