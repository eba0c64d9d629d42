"""Demo agents are marked in their rows."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AGENT = sa.table(
    "agent",
    sa.column("id"),
    sa.column("email"),
    sa.column("name"),
    sa.column("role"),
    sa.column("demo", sa.Boolean()),
    sa.column("created_at", UtcDateTime(timezone=True)),
)
_ENTRY = sa.table("entry", sa.column("created_at", UtcDateTime(timezone=True)))
_CHANNEL_STATE = sa.table("channel_state", sa.column("account"))
_AT_ONCE = timedelta(seconds=10)


def upgrade() -> None:
    # Added in place: to rebuild the table on SQLite would touch every row that refers to an agent.
    op.add_column("agent", sa.Column("demo", sa.Boolean(), nullable=False, server_default=sa.false()))
    _mark_earlier_demo(op.get_bind())


def downgrade() -> None:
    op.drop_column("agent", "demo")


def _mark_earlier_demo(connection: sa.Connection) -> None:
    """Mark the agent of an earlier demo, only if the rows prove it.

    The README uses the same name and address for a first real agent. Two facts identify the demo's agent: the demo's VK
    account was served from this database, and the agent's row is as old as an entry, because the demo's first start
    wrote both in one transaction.
    """
    served = connection.scalar(sa.select(_CHANNEL_STATE.c.account).where(_CHANNEL_STATE.c.account == "vk:demo"))
    found = connection.execute(
        sa.select(_AGENT.c.id, _AGENT.c.created_at).where(
            _AGENT.c.email == "maria@example.org", _AGENT.c.name == "Мария", _AGENT.c.role == "admin"
        )
    ).one_or_none()
    if served is None or found is None:
        return
    moments = connection.scalars(sa.select(_ENTRY.c.created_at).distinct())
    if any(timedelta(0) <= found.created_at - moment <= _AT_ONCE for moment in moments):
        connection.execute(sa.update(_AGENT).where(_AGENT.c.id == found.id).values(demo=True))
