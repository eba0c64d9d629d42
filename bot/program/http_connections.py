"""HTTP/1.1 connections with limits on time, rate and number.

uvicorn waits without limit for a request's head, for its body and for a peer that does not read. Here each connection
is checked once a second and closed when it has waited too long; event streams, whose peer sends nothing, stay open.
A peer's behaviour is never logged.

The time limits follow nginx (`client_header_timeout` and related directives,
http://nginx.org/en/docs/http/ngx_http_core_module.html) and Apache's mod_reqtimeout, which also demands a minimum
rate.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_log = logging.getLogger("uvicorn.error.connections")
# Invalid requests are the peer's fault and would flood the log. A logging configuration would reset a level.
_log.addFilter(lambda record: record.levelno >= logging.ERROR)

MOST_CONNECTIONS = 2000
"""Connections of one server, if the process may open as many."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits on a peer's time, in seconds, and on the number of connections."""

    head: float = 20.0
    """From opening a connection, or the first byte of a further request, to the end of the request's head."""
    idle: int = 150
    """Between requests. Longer than proxies keep their connections (a minute in nginx, two in Caddy), because closing
    one may reset a request that is on its way."""
    body_window: float = 30.0
    body_window_bytes: int = 16 * 1024
    """Minimum bytes of a body per window."""
    body: float = 1800.0
    """For a whole body."""
    write: float = 60.0
    """For a peer that does not read anything of our answer."""
    linger: float = 10.0
    """For a peer that still sends a refused body, so that it can read the answer."""
    connections: int = MOST_CONNECTIONS
    per_address: int = 200
    """Connections per client address; the proxies of `unlimited` forward many clients."""
    unlimited: Container[str] = ()
    look_every: float = 1.0
    """Interval between checks of all connections."""


class Stage(StrEnum):
    """The stage that a connection waits in."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    LINGER = "linger"


class Connections:
    """The open connections of one server."""

    def __init__(self, limits: ConnectionLimits, address: Callable[[str], str]) -> None:
        self.limits = limits
        self._address = address
        self._open: dict[BoundedProtocol, str] = {}
        self._by_address: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    @property
    def open(self) -> tuple["BoundedProtocol", ...]:
        return tuple(self._open)

    def admit(self, connection: "BoundedProtocol", host: str) -> bool:
        """Add a connection; over the limit the longest idle one is closed. Returns False if none is idle."""
        name = self._address(host)
        if host not in self.limits.unlimited and self._by_address[name] >= self.limits.per_address:
            if not self._evict(name):
                return False
        elif len(self._open) >= self.limits.connections and not self._evict(None):
            return False
        self._open[connection] = name
        self._by_address[name] += 1
        if self._timer is None:
            self._arm()
        return True

    def forget(self, connection: "BoundedProtocol") -> None:
        """Remove a closed connection; an unknown one is ignored."""
        name = self._open.pop(connection, None)
        if name is None:
            return
        self._by_address[name] -= 1
        if not self._by_address[name]:
            del self._by_address[name]

    def _evict(self, name: str | None) -> bool:
        """Close the longest waiting connection of that address, or of the address with the most connections."""
        idle = [held for held, of in self._open.items() if held.stage is Stage.HEAD and name in {of, None}]
        if not idle:
            return False
        max(idle, key=lambda held: (self._by_address[self._open[held]], -held.since)).abort()
        return True

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self.limits.look_every, self._look)

    def _look(self) -> None:
        self._timer = None
        for connection in self.open:
            connection.look(self.limits)
        if self._open:
            self._arm()


class _Transport:
    """uvicorn's view of the transport; closing it before a body is read keeps our answer readable."""

    def __init__(self, transport: asyncio.Transport, linger: Callable[[], bool]) -> None:
        self._transport = transport
        self._linger = linger
        self._is_closing = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        return getattr(self._transport, name)

    def close(self) -> None:
        if self._is_closing or not self._linger():
            self._transport.close()
        self._is_closing = True

    def is_closing(self) -> bool:
        return self._is_closing or self._transport.is_closing()


class BoundedProtocol(H11Protocol):
    """One connection. Subclasses made by `bounded` know the server's other connections."""

    all: ClassVar[Connections]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.logger = _log
        self._raw = cast("asyncio.Transport", transport)
        self.stage, self.since = Stage.HEAD, self.loop.time()
        self._window_since = self._body_since = self.since
        self._window_bytes = 0
        self._unsent, self._taken_at = 0, self.since
        super().connection_made(cast("asyncio.Transport", _Transport(self._raw, self._lingers)))
        if not self.all.admit(self, self.client[0] if self.client else ""):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.all.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.stage is Stage.LINGER or self.transport.is_closing():
            return
        if self._is_between_requests():
            self.since = self.loop.time()  # for a further request on the same connection: its first byte
        self._window_bytes += len(data)
        super().data_received(data)
        self._note_stage()

    def on_response_complete(self) -> None:
        """Continue with the next request, unless this one was answered before its body was read."""
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            self.transport.close()
        super().on_response_complete()
        self._note_stage()

    def send_400_response(self, msg: str) -> None:
        """Answer malformed HTTP. A route that already handles the request gets a disconnect."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            super().send_400_response(msg)
        else:
            self.abort()

    def abort(self) -> None:
        """Close at once and drop unsent data."""
        self.all.forget(self)
        self._raw.abort()

    def look(self, limits: ConnectionLimits) -> None:
        """Close the connection if it has waited too long."""
        now = self.loop.time()
        if self._is_stuck(now, limits.write):
            self.abort()
        elif self.stage is Stage.HEAD and now - self.since > limits.head and not self._is_between_requests():
            self._raw.close()
        elif self.stage is Stage.BODY and self._is_slow(now, limits):
            self._raw.close()  # the reader of the body gets a disconnect
        elif self.stage is Stage.LINGER and now - self.since > limits.linger:
            self.abort()

    def _note_stage(self) -> None:
        """Update the stage from the parser's state."""
        if self.stage is Stage.LINGER:
            return
        stage = _STAGES.get(self.conn.their_state, Stage.ANSWER)
        if stage is self.stage:
            return
        self.stage, self.since = stage, self.loop.time()
        if stage is Stage.BODY:
            self._window_since = self._body_since = self.since
            self._window_bytes = 0

    def _is_between_requests(self) -> bool:
        """Return whether a request was answered and nothing of the next one is here."""
        return self.stage is Stage.HEAD and self.cycle is not None and self.conn.trailing_data[0] == b""

    def _is_stuck(self, now: float, seconds: float) -> bool:
        """Return whether the peer has read nothing for `seconds` while data waits for it."""
        unsent = self._raw.get_write_buffer_size()
        if unsent == 0 or unsent < self._unsent:
            self._taken_at = now
        self._unsent = unsent
        return now - self._taken_at > seconds

    def _is_slow(self, now: float, limits: ConnectionLimits) -> bool:
        """Return whether the body arrives too slowly; time in which we do not read does not count."""
        if now - self._body_since > limits.body:
            return True
        if now - self._window_since <= limits.body_window:
            return False
        enough = self._window_bytes >= limits.body_window_bytes or self.flow.read_paused
        self._window_since, self._window_bytes = now, 0
        return not enough

    def _lingers(self) -> bool:
        """Start to discard the rest of a body: closing now would reset the connection and lose our answer."""
        if self.stage is Stage.LINGER or self.conn.their_state is not h11.SEND_BODY or self._raw.is_closing():
            return False
        try:
            self._raw.write_eof()
        except OSError:  # the peer is gone already
            return False
        self.stage, self.since = Stage.LINGER, self.loop.time()
        self.flow.resume_reading()
        return True


_STAGES: dict[object, Stage] = {h11.IDLE: Stage.HEAD, h11.SEND_BODY: Stage.BODY}


def bounded_protocol(connections: Connections) -> type[asyncio.Protocol]:
    """Make the protocol class for the server with these connections; for `uvicorn.Config(http=…)`."""
    return type("ServedProtocol", (BoundedProtocol,), {"all": connections})
