"""A program that receives webhooks, as a customer would run it: it checks signatures by the published scheme."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PATIENCE = 120.0
"""Seconds after which silence is a failure."""


@dataclass
class Request:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> str:
        return str(self.payload["type"])

    @property
    def payload(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content

    def is_signed_by(self, secret: str) -> bool:
        """Check as https://www.standardwebhooks.com has receivers check; shares nothing with the program."""
        signed = b".".join((self.key.encode(), self.headers["webhook-timestamp"].encode(), self.body))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """A server on this machine; responds with the statuses that it is given, then with 204."""

    requests: list[Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    always: int = 204
    may_respond: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self.may_respond.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.requests.append(Request(headers, await request.read()))
            await self.may_respond.wait()
            status = self.statuses.pop(0) if self.statuses else self.always
            return web.Response(status=status, headers={"Location": "/elsewhere"} if 300 <= status < 400 else {})
        finally:
            self.at_once -= 1

    @property
    def events(self) -> list[str]:
        return [request.event for request in self.requests]

    @property
    def keys(self) -> list[str]:
        return [request.key for request in self.requests]

    async def hears(self, count: int) -> Sequence[Request]:
        """Wait for so many requests."""
        async with asyncio.timeout(PATIENCE):
            while len(self.requests) < count:
                await asyncio.sleep(0.01)
        return self.requests


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
    try:
        yield receiver
    finally:
        receiver.may_respond.set()
        await runner.cleanup()
