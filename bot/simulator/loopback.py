"""The HTTP layer of both simulators: a loopback server, request parameters, and broken connections."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.simulator.faults import Fault

MAX_UPLOAD = 50 * 1024 * 1024
CALLS_KEPT = 10_000


class BadParameterError(Exception):
    """A parameter is missing or malformed; each platform words the error itself."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Upload:
    """A file uploaded with a request."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a platform's method, with its parameters from the query, form, JSON body or multipart."""

    method: str
    params: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.params.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return an integer. Raises BadParameterError if it is missing without a default, or is no number."""
        value = self.params.get(name)
        if value is None or value == "":
            if default is None:
                raise BadParameterError(name, "is undefined")
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise BadParameterError(name, "should be integer") from None

    def flag(self, name: str) -> bool:
        return str(self.params.get(name, "")).lower() in {"1", "true"}

    def structure(self, name: str) -> Any:  # noqa: ANN401 - the caller checks the shape
        """Return a value sent as JSON text, or natively in a JSON body; None if absent."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise BadParameterError(name, "contains incorrect JSON") from None


async def read_call(request: web.Request, method: str) -> Call:
    """Parse a request; parameters of the body override those of the query."""
    params: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            given = await request.json() if request.can_read_body else {}
        except ValueError:
            raise BadParameterError("body", "contains incorrect JSON") from None
        if not isinstance(given, dict):
            raise BadParameterError("body", "should be an object")
        params |= given
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = Upload(value.filename, value.file.read())
            else:
                params[name] = value if isinstance(value, str) else value.decode()
    return Call(method, params, files)


class Loopback:
    """An aiohttp application on a loopback port that can be stopped and started again without forgetting anything."""

    def __init__(self) -> None:
        self.url = ""
        self.closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self, app: web.Application, host: str, port: int) -> None:
        self.closing = asyncio.Event()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, reuse_address=True)
        await site.start()
        address = self._runner.addresses[0]
        self.url = f"http://{host}:{address[1]}"

    async def stop(self) -> None:
        """Cut open requests, then close. The next `start` may reuse the port."""
        self.closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            await asyncio.sleep(0)  # a closed connection releases its socket in the next iteration of the loop

    async def pause(self, seconds: float) -> None:
        """Sleep, but return early when the server stops."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.closing.wait()

    async def before(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        """Apply a fault before the call is handled. A response ends the call; None lets it continue."""
        if fault.kind == "dropped":
            return cut_connection(request)
        if fault.kind == "bad_gateway_html":
            page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(status=502, text=page, content_type="text/html")
        if fault.kind == "hang":
            await self.pause(fault.seconds)
            if request.transport is None or request.transport.is_closing() or self.closing.is_set():
                return cut_connection(request)
        return None

    async def after(self, request: web.Request, fault: Fault, answer: bytes) -> web.StreamResponse:
        """Spoil the answer of a call that has been executed."""
        if fault.kind == "half_json":
            return web.Response(body=answer[: len(answer) // 2], content_type="application/json")
        await self.pause(fault.seconds)
        return cut_connection(request)


def cut_connection(request: web.Request) -> web.StreamResponse:
    """Reset the connection. The returned response is never sent; aiohttp requires one."""
    transport = request.transport
    if transport is not None:
        peer = transport.get_extra_info("socket")
        if peer is not None:
            # Linger 0 turns the close into a reset, as when the platform's balancer dies.
            with contextlib.suppress(OSError):
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=499)
