"""The web server that stands before `accept` in real life, and a proxy that notes what passes through it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.channels import HookedChannel, HookReply
from tests.channels.inlet import MemoryInlet

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on loopback that gives every request to `handler`; yields its address."""
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        await asyncio.sleep(0)  # a connection that is closed lets go of its socket in the next turn


class Door:
    """Hands what arrives to the channel that stands behind it, and notes the answers."""

    def __init__(self, inlet: MemoryInlet) -> None:
        self.channel: HookedChannel | None = None
        self.paths: list[str] = []
        self.replies: list[HookReply] = []
        self._inlet = inlet

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self.channel is not None
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.paths.append(request.path)
        try:
            reply = await self.channel.accept(headers, await request.read(), self._inlet)
        except OSError:
            reply = HookReply(503)
        self.replies.append(reply)
        return web.Response(status=reply.status, text=reply.body)


class Proxy:
    """An HTTP proxy: notes the addresses asked for and passes the requests on."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        # A request to a proxy names the whole address, which aiohttp takes for its URL.
        self.asked.append(str(request.url))
        async with (
            aiohttp.ClientSession() as http,
            http.request(
                request.method,
                request.url,
                data=await request.read(),
                headers={"Content-Type": request.headers.get("Content-Type", "")},
            ) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
