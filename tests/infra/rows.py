"""Two tables of the tests' own, so that the database is tested with nothing of support in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from infra.database import Database
from infra.storage.columns import BigId, Json, UtcDateTime


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - the name and form that SQLAlchemy asks for


class Note(Base):
    __tablename__ = "note"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime | None]
    data: Mapped[Any] = mapped_column(Json, nullable=True)
    above_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))


def adding(text: str) -> Callable[[Session], int]:
    """Work that adds a note and returns its id."""

    def work(session: Session) -> int:
        note = Note(text=text)
        session.add(note)
        session.flush()
        return note.id

    return work


async def texts(database: Database) -> list[str]:
    return await database.read(lambda session: list(session.scalars(select(Note.text).order_by(Note.id))))


def count(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Note)).one()
