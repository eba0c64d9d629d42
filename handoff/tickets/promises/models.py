"""Tables of promises, and of the office hours by which they are due."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, text
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
        Index("ix_promise_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
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


class UsualTarget(Base):
    """One row at most: the target where a category has none; without it, `due_times.ANSWER_WITHIN`."""

    __tablename__ = "usual_target"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    minutes: Mapped[int] = mapped_column(Integer)


class OfficeZone(Base):
    """One row at most: the time zone of the office hours."""

    __tablename__ = "office_zone"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))


class OfficeDay(Base):
    """The hours of a weekday; a day without a row is closed. Without any row, time counts around the clock."""

    __tablename__ = "office_day"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    weekday: Mapped[int] = mapped_column(Integer, unique=True)
    """From 0, which is Monday."""
    hours: Mapped[str] = mapped_column(String(200))
    """As `office_hours.format_intervals` writes them: `9:00–13:00, 14:00–18:00`."""


class OfficeHoliday(Base):
    """A day on which the office is closed."""

    __tablename__ = "office_holiday"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """The date, as 2026-12-31."""
    name: Mapped[str] = mapped_column(String(100))
