"""Table of the setting."""

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base


class RetentionRow(Base):
    """One row at most; without it, everything is kept."""

    __tablename__ = "retention"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    question_days: Mapped[int | None] = mapped_column(Integer)
    """Days after a question was closed; None for no limit."""
    conversation_days: Mapped[int | None] = mapped_column(Integer)
    """Days after a line of a conversation with the bot alone; None for no limit."""
