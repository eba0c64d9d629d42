"""Idempotency keys: a request sent twice under one key is one message, and a key never means another one.

The row keeps a digest of the request, because a message may be corrected later and a repeat of the first words must
still find it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.errors import KeyUsedError
from handoff.models import Message, MessageKind


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """Request that a key stands for."""

    key: str
    kind: MessageKind
    ticket_id: int
    agent_id: int
    text: str
    """As it is stored."""
    files: tuple[tuple[str, str], ...] = ()
    """Name and key in the file store, which is a hash of the content."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


def earlier_message(session: Session, request: KeyedRequest) -> int | None:
    """Return the message that an identical request created before; None if there is none."""
    row = session.execute(
        select(Message.id, Message.key_digest, Message.kind, Message.ticket_id, Message.agent_id, Message.text).where(
            Message.key == request.key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.key_digest is not None:
        same = row.key_digest == request.digest
    else:  # written before digests were kept
        same = tuple(row[2:]) == (request.kind, request.ticket_id, request.agent_id, request.text)
    return row.id if same else None


def claim_key(session: Session, request: KeyedRequest) -> int | None:
    """Take the key for this request, to be called once the agent's permission is checked.

    Returns the message that the same request created meanwhile; None if the message is still to be written.

    Raises:
        KeyUsedError: the key stands for another request.
    """
    if session.get_bind().dialect.name == "postgresql":  # concurrent requests wait for each other
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"key {request.key}", 0))))
    known = earlier_message(session, request)
    if known is None and session.scalar(select(Message.id).where(Message.key == request.key)) is not None:
        raise KeyUsedError("this key was used for another message: give each message a key of its own")
    return known
