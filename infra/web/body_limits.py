"""Limits on request bodies, checked before anything reads them and for every caller.

The first rule whose path matches applies to a request. A body whose announced length is over the rule's limit is
refused unread; one without an announced length is counted while it arrives. Only routes with `files` take multipart
bodies, which are spooled to temporary files; their total size at any moment is limited too.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.web.throttle import network_of

SLACK_BYTES = 1 << 16
"""Bytes of a form with files apart from the files."""


class Refusal(StrEnum):
    """Reason why a body is refused."""

    TOO_LARGE = "too large"
    ENCODED = "encoded"
    FILES = "files"
    BUSY = "busy"

    @property
    def status(self) -> int:
        return {Refusal.TOO_LARGE: 413, Refusal.ENCODED: 415, Refusal.FILES: 415, Refusal.BUSY: 503}[self]


@dataclass(frozen=True, slots=True)
class BodyRule:
    """Rule for routes whose path matches `path`: at most `limit` bytes, and multipart only with `files`."""

    path: re.Pattern[str]
    limit: int
    files: bool = False


@dataclass(slots=True)
class Spool:
    """Bytes of bodies with files that are being received, in all and by client address."""

    limit: int
    limit_per_address: int
    total: int = 0
    by_address: Counter[str] = field(default_factory=Counter)

    def add(self, address: str, size: int) -> bool:
        """Count `size` more bytes; if that is over a limit, count nothing and return False."""
        if self.total + size > self.limit or self.by_address[address] + size > self.limit_per_address:
            return False
        self.total += size
        self.by_address[address] += size
        return True

    def release(self, address: str, size: int) -> None:
        self.total -= size
        self.by_address[address] -= size
        if not self.by_address[address]:
            del self.by_address[address]


Answer = Callable[[Scope, Refusal], Awaitable[ASGIApp]]
"""Factory of the response to a refused request, in the format of its route."""


class BodyLimits:
    """ASGI middleware that applies the rules; `default` applies if none matches."""

    def __init__(self, app: ASGIApp, rules: Sequence[BodyRule], default: int, spool: Spool, answer: Answer) -> None:
        self._app = app
        self._rules = tuple(rules)
        self._default = BodyRule(re.compile(""), default)
        self._spool = spool
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        rule = next((rule for rule in self._rules if rule.path.match(scope["path"])), self._default)
        refusal = _refusal(Headers(scope=scope), rule)
        if refusal is None:
            body = _Body(rule, self._spool, scope, receive, send)
            try:
                await self._app(scope, body.receive, body.send)
            except (_RefusedError, ClientDisconnect):
                pass  # the client is gone, or the response follows
            except Exception:
                if body.refusal is None:
                    raise
            finally:
                body.close()
            refusal = None if body.started else body.refusal
        if refusal is not None:
            await self._refuse(scope, refusal, send)

    async def _refuse(self, scope: Scope, refusal: Refusal, send: Send) -> None:
        """Respond without reading the rest of the body; the connection cannot be used again."""

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        answer = await self._answer(scope, refusal)
        await answer(scope, _nothing_more, closing)


class _RefusedError(Exception):
    """Ends the code that reads the body."""


class _Body:
    """One request's body on its way to the application."""

    def __init__(self, rule: BodyRule, spool: Spool, scope: Scope, receive: Receive, send: Send) -> None:
        self._rule = rule
        self._spool = spool
        self._address = client_address(scope)
        self._receive = receive
        self._send = send
        self._size = 0
        self._spooled = 0
        self.refusal: Refusal | None = None
        self.started = False
        """Return whether the application has started its response."""

    async def receive(self) -> Message:
        message = await self._receive()
        size = len(message.get("body", b""))
        self._size += size
        if self._size > self._rule.limit:
            self.refusal = Refusal.TOO_LARGE
        elif self._rule.files and size:
            if self._spool.add(self._address, size):
                self._spooled += size
            else:
                self.refusal = Refusal.BUSY
        if self.refusal is not None:
            raise _RefusedError
        return message

    async def send(self, message: Message) -> None:
        """Pass the response on, unless it responds to a body that was cut off."""
        if self.refusal is not None and not self.started:
            return
        self.started = True
        await self._send(message)

    def close(self) -> None:
        self._spool.release(self._address, self._spooled)


def client_address(scope: Scope) -> str:
    """Return the client's address as limits count it."""
    return network_of(scope["client"][0] if scope.get("client") else "")


def _refusal(headers: Headers, rule: BodyRule) -> Refusal | None:
    length = headers.get("content-length", "0").strip()
    if length == "0" and "transfer-encoding" not in headers:
        return None  # clients that follow a redirect keep the headers that described the body
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return Refusal.ENCODED
    if not rule.files and headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return Refusal.FILES
    if length.isascii() and length.isdecimal() and (len(length) > 15 or int(length) > rule.limit):
        return Refusal.TOO_LARGE
    return None


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}
