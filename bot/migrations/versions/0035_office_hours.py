"""Office hours by weekday, their time zone, and days off."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_zone",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office_zone"),
    )
    op.create_table(
        "office_day",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("hours", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office_day"),
        sa.UniqueConstraint("weekday", name="uq_office_day_weekday"),
    )
    op.create_table(
        "office_holiday",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_office_holiday"),
    )


def downgrade() -> None:
    for name in ("office_holiday", "office_day", "office_zone"):
        op.drop_table(name)
