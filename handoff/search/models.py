"""Tables of the search index, and what SQLite builds it with.

The stems of a message stand in one row. PostgreSQL keeps them as a `tsvector` with a GIN index; SQLite keeps the text,
and triggers repeat it in a full-text table (FTS5) whose row ids are those of the messages.
"""

from sqlalchemy import DDL, ForeignKey, Text, event
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from infra.storage.columns import Base, BigId
from infra.storage.rows import table


class _Tsvector(UserDefinedType[str]):
    """Lexemes of PostgreSQL, written as words separated by spaces. SQLAlchemy's type would load its whole dialect."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "TSVECTOR"


class MessageSearch(Base):
    """Stems of a message that can be found."""

    __tablename__ = "message_search"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    """Whose thread it is in: their erasure deletes the row."""
    stems: Mapped[str] = mapped_column(Text().with_variant(_Tsvector(), "postgresql"))
    """Separated by spaces."""


class SearchBackfill(Base):
    """Progress of indexing the messages from before the index existed; no row once it is complete."""

    __tablename__ = "search_backfill"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    before_id: Mapped[int] = mapped_column(BigId)
    """Messages with a smaller id remain."""


_POSTGRES = ("CREATE INDEX ix_message_search_stems ON message_search USING gin (stems)",)
_SQLITE = (
    # The stems are split already, so the tokenizer only separates them by spaces.
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
for _dialect, _statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRES)):
    for _statement in _statements:
        event.listen(
            table(MessageSearch),
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
