"""Tables of requests before there is a ticket: forms that are being filled in, and public questions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json, partial_index, word_of


class FormState(StrEnum):
    """State of a form."""

    OPEN = "open"
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FormOrigin:
    """What a completed form leads to, besides the question itself."""

    reason: str = ""
    """Reason for handing it to a person."""
    lookup: int | None = None
    category: str | None = None
    asked: tuple[int, ...] = ()
    """Messages that asked the question."""
    shown: str = ""
    """The key of the message that showed an answer."""
    apart: bool = False
    """It joins no open ticket."""
    misses: int = 0
    """Answers that did not fit the field asked last."""

    def dump(self) -> dict[str, Any]:
        """Encode `form.about`."""
        return asdict(self)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "FormOrigin":
        """Decode a row of any version: missing fields have the default."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        return cls(**(known | {"asked": tuple(stored.get("asked", ()))}))


class FormRow(Base):
    """A form that a contact fills in before their question goes to a person; an unfinished one is kept."""

    __tablename__ = "form"
    __table_args__ = (partial_index("ix_form_idle", "touched_at", where="state IN ('open')"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    about: Mapped[dict[str, Any]] = mapped_column(Json)
    """A `FormOrigin`."""
    fields: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """The form as it was when it was started, as `knowledge.entries.forms.dump_form` writes it."""
    answers: Mapped[list[str | None]] = mapped_column(Json)
    """One for each field that was asked so far; None if it was skipped."""
    state: Mapped[FormState] = mapped_column(word_of(FormState), default=FormState.OPEN)
    touched_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]


class PublicQuestion(Base):
    """A question that was asked in public, and whether a line was posted there."""

    __tablename__ = "public_question"
    __table_args__ = (
        UniqueConstraint("account", "place", "thread", "message"),
        Index("ix_public_question_said", "account", "place", "replied_at"),
        Index("ix_public_question_at", "at"),
        partial_index("ix_public_question_line_id", "line_id", where="line_id IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Unguessable id, which the link carries."""
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    account: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(64))
    thread: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    """What the link asks in private; empty if there is no link."""
    replied_at: Mapped[datetime | None]
    """When our public line was written; empty if there is none."""
    line_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """The line that carries the link: if it cannot be posted, a person gets the question."""
    at: Mapped[datetime]
