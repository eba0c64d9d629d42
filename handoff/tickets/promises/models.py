"""Table of promises."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, word_of


class PromiseKind(StrEnum):
    """Which of an agent's answers is promised."""

    FIRST = "first"
    NEXT = "next"


class PromiseOutcome(StrEnum):
    """What came of a promise."""

    MET = "met"
    MISSED = "missed"
    VOID = "void"
    """No answer was owed any more before it was due, or another promise took its place."""


_OPEN = text("outcome IS NULL")


class Promise(Base):
    """An answer that is promised to a ticket's contact.

    A row's kind and due time never change; its outcome is written once, with the end of the wait. The ticket's `due_at`
    is that of its open promise.
    """

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_ticket_id", "ticket_id"),
        Index("uq_promise_open", "ticket_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[PromiseKind] = mapped_column(word_of(PromiseKind))
    since: Mapped[datetime]
    """When the wait began: only an answer that was written later ends it."""
    due_at: Mapped[datetime]
    outcome: Mapped[PromiseOutcome | None] = mapped_column(word_of(PromiseOutcome))
    """None while the contact waits."""
    ended_at: Mapped[datetime | None]
    """When the platform confirmed the answer, or the wait ended without one."""
