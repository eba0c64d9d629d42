"""Tables of the knowledge. Rows stay inside the unit of work that loaded them; others get values (`entries.EntryView`).

There are no ORM relationships: each query says what it reads.
"""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json
from knowledge.entries.drafts import Handoff, Status

Outcome = Literal[
    "pending", "helped", "not_helped", "chosen", "none_fits", "handed_off", "unanswered", "unclear", "disliked"
]
Vote = Literal["helped", "not_helped"]


class Category(Base):
    """A shelf of entries; `titles` holds one title per language, {"ru": "Вход"}."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    handoff: Mapped[Handoff] = mapped_column(String(16))
    form: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """What is asked before a question goes to a person (`forms`)."""
    position: Mapped[int] = mapped_column(Integer)


class Entry(Base):
    """One question with its answer in one language; the same key in another language is another row.

    `fingerprint` finds the same question whatever its spaces and case; `search` is everything the lists look through,
    case-folded here because SQLite folds ASCII alone.
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
    """What an entry was from one change on; `revision` is the knowledge's revision that the change made."""

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "revision"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer, index=True)
    at: Mapped[datetime]
    author: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json)


class Lookup(Base):
    """One question that was looked up, what was found and what became of it.

    `contact_id` has no foreign key: contacts live a floor above, and forgetting one clears this column from there.
    `vote` is the one vote that was counted for the entry.
    """

    __tablename__ = "lookup"

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


class KnowledgeState(Base):
    """One row: the revision that every change raises in its own transaction, so that processes see what they missed."""

    __tablename__ = "knowledge_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)


class TextVector(Base):
    """What a model of the semantic extra makes of a text, as 16-bit floats.

    It follows from the text and the model alone: rows outlive edits, and losing them costs the time to compute them anew.
    """

    __tablename__ = "text_vector"

    text_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    model: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
