"""Tables of the knowledge base. Rows stay inside their unit of work; other code gets values (`EntryView`).

There are no ORM relationships: each query states what it reads.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json, partial_index
from knowledge.entries.drafts import Handoff, Status

Outcome = Literal[
    "pending",
    "helped",
    "not_helped",
    "chosen",
    "none_fits",
    "something_else",
    "handed_off",
    "unanswered",
    "unclear",
    "disliked",
]
Vote = Literal["helped", "not_helped"]


class Category(Base):
    """A category of entries; `titles` has one title per language, {"ru": "Вход"}."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    handoff: Mapped[Handoff] = mapped_column(String(16))
    form: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """The form that is filled in before a question goes to an agent (`forms`)."""
    form_edited_at: Mapped[datetime | None]
    """When the form was edited at the desk; from then on loads of files keep it. None if it comes from files."""
    first_answer_minutes: Mapped[int | None] = mapped_column(Integer)
    next_answer_minutes: Mapped[int | None] = mapped_column(Integer)
    """The category's `Targets`."""
    position: Mapped[int] = mapped_column(Integer)


class Entry(Base):
    """One question with its answer in one language; the same key in another language is another row.

    `fingerprint` identifies a question regardless of spaces and case; `search` is the text that the lists search,
    case-folded here because SQLite folds only ASCII.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("key", "lang"),
        Index("ix_entry_list", "status", "lang", "category_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(16))
    category_id: Mapped[int | None] = mapped_column(ForeignKey(Category.id, ondelete="SET NULL"), index=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    handoff: Mapped[Handoff | None] = mapped_column(String(16))
    status: Mapped[Status] = mapped_column(String(16))
    position: Mapped[int] = mapped_column(Integer)
    helped: Mapped[int] = mapped_column(Integer, default=0)
    not_helped: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(32), index=True)
    search: Mapped[str] = mapped_column(Text)


class Phrasing(Base):
    """Another wording of an entry's question."""

    __tablename__ = "phrasing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[str] = mapped_column(String(32), index=True)


class EntryVersion(Base):
    """The state of an entry after one change; `revision` is the revision that the change made."""

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "revision"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer, index=True)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json)


class Lookup(Base):
    """One looked-up question, its candidates and its outcome.

    `contact_id` has no foreign key: contacts belong to the layer above, which clears this column when it erases one.
    `vote` is the vote that was counted for the entry.
    """

    __tablename__ = "lookup"
    __table_args__ = (partial_index("ix_lookup_kept", "at", where="emptied_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(BigId, index=True)
    question: Mapped[str] = mapped_column(Json)
    band: Mapped[str] = mapped_column(String(16))
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    chosen_entry_id: Mapped[int | None] = mapped_column(ForeignKey(Entry.id, ondelete="SET NULL"), index=True)
    outcome: Mapped[Outcome] = mapped_column(String(16))
    vote: Mapped[Vote | None] = mapped_column(String(16))
    lang: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(index=True)
    emptied_at: Mapped[datetime | None]
    """When the question was deleted, because it had expired; the rest stays for figures."""


class KnowledgeState(Base):
    """One row: the revision, which every change raises in its own transaction, so that processes detect changes."""

    __tablename__ = "knowledge_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)


class TextVector(Base):
    """The vector of a text by a sentence encoder, as 16-bit floats.

    It depends only on the text and the model: rows survive edits, and lost rows only have to be recomputed.
    """

    __tablename__ = "text_vector"

    text_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
