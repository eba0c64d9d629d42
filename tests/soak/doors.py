"""A proxy before a server that passes data, holds back answers, or refuses connections."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Door:
    """A TCP proxy on a port of its own before the server at `host` and `port`."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._to = (host, port)
        self.statuses: Counter[int] = Counter()
        """Of the HTTP answers that went through."""
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._under_way: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cut every connection and refuse new ones, until `start`."""
        if self._server is not None:
            self._server.close()
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def lead_to(self, port: int) -> None:
        """Connect to another server from now on, as a balancer does; connections that are open stay."""
        self._to = (self._to[0], port)

    def hold(self) -> None:
        """Take in everything and let nothing out, until `release`."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            inner, outer = await asyncio.open_connection(*self._to)
            ways = [
                asyncio.create_task(self._carry(reader, outer)),
                asyncio.create_task(self._carry(inner, writer, held=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                outer.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._under_way.discard(task)
            writer.close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, held: bool = False) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                if held:
                    await self._open.wait()
                    if found := _STATUS.match(data):
                        self.statuses[int(found[1])] += 1
                target.write(data)
                await target.drain()


@asynccontextmanager
async def door(url: str) -> AsyncIterator[tuple[Door, str]]:
    """A door before the server of `url`, and the address through it."""
    head, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    opened = Door(int(place.rpartition(":")[2]))
    await opened.start()
    try:
        yield opened, f"{head}://127.0.0.1:{opened.port}{slash}{path}"
    finally:
        await opened.refuse()
