"""Table of the sentences that admins have changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json


class WordingOverride(Base):
    """The text that contacts read in one language instead of a built-in sentence."""

    __tablename__ = "wording_override"
    __table_args__ = (UniqueConstraint("key", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    """Key of the sentence, as `wordbook.key_of` makes it."""
    language: Mapped[str] = mapped_column(String(8))
    sentence: Mapped[str] = mapped_column(Text)
    """The English sentence, to be shown when the program no longer has it."""
    forms: Mapped[list[str]] = mapped_column(Json)
    """The text, or one for each plural form of the language."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """Who wrote it last; None for the command line."""
    changed_at: Mapped[datetime]
