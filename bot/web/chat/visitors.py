"""Identification of visitors by a secret that only the visitor's browser knows. Its hash is the visitor's address.

The secret gives access to the conversation, so it is sent in a cookie only. The private link for other devices
contains another secret, which can be replaced (handoff/people/private_links.py).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from fastapi import Request, Response

_AGE = 180 * 24 * 3600
"""Lifetime of the cookie in seconds."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser; `known` is set if it sent its secret."""

    secret: str
    known: bool

    @property
    def id(self) -> str:
        """The visitor's address within the channel."""
        return hashlib.sha256(self.secret.encode()).hexdigest()[:32]

    @property
    def form_token(self) -> str:
        """The CSRF token of the visitor's forms, which another site cannot know."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()

    def is_own_form(self, form_token: str) -> bool:
        """Decide whether a form with this token comes from a page that was served to this visitor."""
        return hmac.compare_digest(form_token.encode(), self.form_token.encode())


class Visitors:
    """Reads and writes the cookie."""

    def __init__(self, public_url: str | None) -> None:
        self._secure = (public_url or "").startswith("https://")
        self._cookie = "__Host-frontdesk_chat" if self._secure else "frontdesk_chat"

    def of(self, request: Request) -> Visitor:
        """Return the visitor that the cookie names, or a new one."""
        secret = request.cookies.get(self._cookie, "") or request.cookies.get(_embedded(self._cookie), "")
        return Visitor(secret, known=True) if _SECRET.fullmatch(secret) else Visitor(secrets.token_urlsafe(32), False)

    def remember(self, response: Response, visitor: Visitor, *, embedded: bool = False) -> None:
        """Set the cookie with the secret; partitioned by site if the chat is embedded (CHIPS)."""
        if embedded:
            response.headers.append(
                "Set-Cookie",
                f"{_embedded(self._cookie)}={visitor.secret}; Max-Age={_AGE}; Path=/help; HttpOnly; Secure; "
                "SameSite=None; Partitioned",
            )
            return
        response.set_cookie(
            self._cookie, visitor.secret, max_age=_AGE, path="/", secure=self._secure, httponly=True, samesite="lax"
        )

    def forget(self, response: Response) -> None:
        response.delete_cookie(self._cookie, path="/", secure=self._secure, httponly=True, samesite="lax")
        response.headers.append(
            "Set-Cookie",
            f"{_embedded(self._cookie)}=; Max-Age=0; Path=/help; HttpOnly; Secure; SameSite=None; Partitioned",
        )


def _embedded(cookie: str) -> str:
    return f"{cookie.removeprefix('__Host-')}_embedded"
