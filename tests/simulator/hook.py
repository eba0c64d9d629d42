"""A webhook with programmed answers that records its requests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Hook:
    """`answers` are used first, then always `usual`."""

    url: str = ""
    usual: tuple[int, str] = (200, "ok")
    answers: deque[tuple[int, str]] = field(default_factory=deque)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, count: int) -> list[dict[str, Any]]:
        """The bodies, as soon as there are `count` of them."""
        async with asyncio.timeout(60), self._came:
            await self._came.wait_for(lambda: len(self.bodies) >= count)
        return self.bodies

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.json()
        async with self._came:
            self.bodies.append(body)
            self.headers.append(dict(request.headers))
            self._came.notify_all()
        status, text = self.answers.popleft() if self.answers else self.usual
        return web.Response(status=status, text=text)


@asynccontextmanager
async def open_hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield hook
    finally:
        await runner.cleanup()
