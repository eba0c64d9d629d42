"""Private links of visitors: each opens one conversation from any device, until it is replaced or expires unused.

A link is derived from the visitor's secret and a salt, so it can be shown again without being stored. The row holds its
hash and the secret sealed with the link: a reader of the database can open nothing, and a link that was replaced finds
no row.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.messages.values import Address
from handoff.people.models import PrivateLink


@dataclass(frozen=True, slots=True)
class LinkRules:
    """A link expires `days` after its last use; 0 for never."""

    days: float

    def oldest(self, now: datetime) -> datetime | None:
        """Return the earliest last use that still counts; None if links do not expire."""
        return now - timedelta(days=self.days) if self.days else None


def link_of(session: Session, address: Address, secret: str, now: datetime, rules: LinkRules) -> str:
    """Return the token of the visitor's link, a new one if there is none in force; showing it counts as a use."""
    row = session.get(PrivateLink, (address.account, address.user_id), with_for_update=True)
    oldest = rules.oldest(now)
    if row is None or (oldest is not None and row.last_used_at <= oldest):
        return replace_link(session, address, secret, now)
    row.last_used_at = now
    return _token(secret, row.salt)


def replace_link(session: Session, address: Address, secret: str, now: datetime) -> str:
    """Create a new link for the visitor; the previous one stops working."""
    session.execute(
        delete(PrivateLink).where(PrivateLink.account == address.account, PrivateLink.user_id == address.user_id)
    )
    salt = secrets.token_urlsafe(16)
    token = _token(secret, salt)
    session.add(
        PrivateLink(
            account=address.account,
            user_id=address.user_id,
            token_hash=_hash(token),
            salt=salt,
            sealed=_seal(token, secret.encode()).hex(),
            last_used_at=now,
        )
    )
    return token


def open_link(session: Session, token: str, now: datetime, rules: LinkRules, *, use: bool) -> str | None:
    """Return the secret of the visitor of this link; None if it is not valid. `use` keeps it from expiring."""
    row = session.scalar(select(PrivateLink).where(PrivateLink.token_hash == _hash(token)))
    oldest = rules.oldest(now)
    if row is None or (oldest is not None and row.last_used_at <= oldest):
        return None
    if use:
        row.last_used_at = now
    return _seal(token, bytes.fromhex(row.sealed)).decode()


def _token(secret: str, salt: str) -> str:
    made = hmac.new(secret.encode(), f"private link {salt}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _seal(token: str, text: bytes) -> bytes:
    """Seal or open up to 64 bytes: a token seals one secret only, so that its hash may be used as a one-time pad."""
    pad = hashlib.sha512(f"seal {token}".encode()).digest()
    return bytes(one ^ other for one, other in zip(text, pad, strict=False))
