"""A connection to the pages whose bytes the test chooses itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.web.counter import Counter


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Wire:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def sends(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def asks(self, method: str, path: str, **headers: str) -> None:
        named = {"Host": "help.example", **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        await self.sends("\r\n".join([*lines, "", ""]).encode())

    async def hears(self) -> Answer:
        """The answer, and that the connection ends behind it."""
        whole = (await self.reader.read()).decode()
        head, _, body = whole.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return Answer(int(first.split()[1]), headers, body)

    async def ends(self) -> bytes:
        """What comes until the server closes the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(), 20)
        except ConnectionError:
            return b""


@asynccontextmanager
async def wire(counter: Counter) -> AsyncIterator[Wire]:
    host, _, port = counter.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
