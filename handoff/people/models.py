"""Tables of credentials other than passwords. Only the hash of each secret is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId


class PrivateLink(Base):
    """The link by which a visitor of the web chat returns (handoff/people/private_links.py)."""

    __tablename__ = "private_link"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str] = mapped_column(String(128))
    """The visitor's secret, which the link unseals, in hexadecimal digits."""
    last_used_at: Mapped[datetime]


class AgentDevice(Base):
    """A browser in which an agent signed in. Its cookie holds a secret; the row holds the secret's hash."""

    __tablename__ = "agent_device"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True, index=True)
    last_used_at: Mapped[datetime]


class ApiToken(Base):
    """A program's access to the REST interface, in the name of an agent of its own. Only the hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
