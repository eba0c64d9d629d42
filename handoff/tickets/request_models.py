"""Rows of what is asked before there is a ticket: forms that are being filled in, and questions in public."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json, partial_index, word_of


class FormState(StrEnum):
    """How far a form has come."""

    OPEN = "open"
    SENT = "sent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FormOrigin:
    """What a form leads to once it is whole, besides the question itself."""

    reason: str = ""
    """Why a person gets it."""
    lookup: int | None = None
    category: str | None = None
    asked: tuple[int, ...] = ()
    """The messages that asked."""
    shown: str = ""
    """The key of the message that showed an answer."""
    apart: bool = False
    """It joins no ticket that is open."""

    def dump(self) -> dict[str, Any]:
        """The value of `form.about`."""
        return asdict(self)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "FormOrigin":
        """Read a row of any version: what it lacks has the default."""
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
    """The form as it was when it was begun, as `knowledge.entries.forms.dump_form` writes it."""
    answers: Mapped[list[str | None]] = mapped_column(Json)
    """One for each field that was asked so far; None where it was skipped."""
    state: Mapped[FormState] = mapped_column(word_of(FormState), default=FormState.OPEN)
    touched_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]


class PublicQuestion(Base):
    """A question that was asked for all to read, and whether something was said there."""

    __tablename__ = "public_question"
    __table_args__ = (
        UniqueConstraint("account", "place", "thread", "message"),
        Index("ix_public_question_said", "account", "place", "replied_at"),
        Index("ix_public_question_at", "at"),
        partial_index("ix_public_question_line_id", "line_id", where="line_id IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Cannot be guessed: it is what the link carries."""
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    account: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(64))
    thread: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    """What the link asks in private; empty where there is no link."""
    replied_at: Mapped[datetime | None]
    """When our public line was written; empty where we kept quiet."""
    line_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """That line, where it carries the link: if it cannot be said, a person gets the question."""
    at: Mapped[datetime]
