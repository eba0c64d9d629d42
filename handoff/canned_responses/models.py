"""Tables of canned responses."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId


class CannedResponse(Base):
    """A text that agents insert into replies: an agent's own, or one that all share."""

    __tablename__ = "canned_response"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), index=True)
    """The only agent who sees it; None for a shared one."""
    language: Mapped[str] = mapped_column(String(8))
    """Language of the text; empty if it fits every language."""
    folder: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    """Markdown as agents write replies, with placeholders."""
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was inserted."""
    updated_at: Mapped[datetime]


class CannedStarter(Base):
    """A text of the starter set that was installed once; it is not installed again after its deletion."""

    __tablename__ = "canned_starter"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    installed_at: Mapped[datetime]
