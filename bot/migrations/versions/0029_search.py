"""A search index of messages; those that exist are indexed in the background (handoff/search/backfill.py)."""

import sqlalchemy as sa
from alembic import op

from infra.storage.columns import BigId

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_POSTGRES = ("CREATE INDEX ix_message_search_stems ON message_search USING gin (stems)",)
_SQLITE = (
    "CREATE VIRTUAL TABLE message_search_fts USING fts5(stems, content='message_search', content_rowid='message_id',"
    " tokenize='ascii', detail='none', columnsize=0)",
    "CREATE TRIGGER message_search_insert AFTER INSERT ON message_search BEGIN"
    " INSERT INTO message_search_fts (rowid, stems) VALUES (NEW.message_id, NEW.stems); END",
    "CREATE TRIGGER message_search_delete AFTER DELETE ON message_search BEGIN INSERT INTO message_search_fts"
    " (message_search_fts, rowid, stems) VALUES ('delete', OLD.message_id, OLD.stems); END",
    "CREATE TRIGGER message_search_update AFTER UPDATE OF stems ON message_search BEGIN INSERT INTO message_search_fts"
    " (message_search_fts, rowid, stems) VALUES ('delete', OLD.message_id, OLD.stems);"
    " INSERT INTO message_search_fts (rowid, stems) VALUES (NEW.message_id, NEW.stems); END",
)


class _Tsvector(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "TSVECTOR"


def upgrade() -> None:
    op.create_table(
        "message_search",
        sa.Column("message_id", BigId, nullable=False, autoincrement=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("stems", sa.Text().with_variant(_Tsvector(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_search_message_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_message_search_contact_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_search")),
    )
    op.create_index(op.f("ix_message_search_contact_id"), "message_search", ["contact_id"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)
    op.create_table(
        "search_backfill",
        sa.Column("id", BigId, nullable=False),
        sa.Column("before_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_backfill")),
    )
    op.execute("INSERT INTO search_backfill (id, before_id) SELECT 1, newest + 1"
               " FROM (SELECT max(id) AS newest FROM message) AS messages WHERE newest IS NOT NULL")  # fmt: skip


def downgrade() -> None:
    op.drop_table("search_backfill")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE message_search_fts")
    op.drop_table("message_search")
