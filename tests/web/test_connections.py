"""Connections whose peer is slow or silent, or of which there are too many."""

import asyncio
import logging
import re
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from bot.program.http_connections import ConnectionLimits
from tests.conftest import Backend
from tests.web.counter import Counter, open_counter
from tests.web.wire import Wire, wire

QUICK = ConnectionLimits(head=0.2, body_window=0.2, write=0.3, linger=0.2, look_every=0.05)
COOKIE = f"frontdesk_chat={'a' * 43}"


def sqlite(folder: Path) -> Backend:
    return Backend(f"sqlite:///{folder}/frontdesk.db", None)


async def until_closed(client: Wire, piece: bytes) -> None:
    """Send a byte now and then until the server has enough."""
    while not client.reader.at_eof():
        try:
            await client.sends(piece)
        except ConnectionError:
            return
        await asyncio.sleep(0.02)


async def test_silent_and_slow_peers_are_closed_and_streams_of_news_live_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        asyncio.timeout(60),
        open_counter(sqlite(tmp_path), limits=QUICK) as counter,
        wire(counter) as listener,
    ):
        caplog.clear()
        await listener.asks("GET", "/help/chat/events", Cookie=COOKIE)  # at once: an idle connection is closed soon
        assert b"200 OK" in await listener.reader.readline()
        async with (
            wire(counter) as silent,
            wire(counter) as half_a_head,
            wire(counter) as dripping_head,
            wire(counter) as half_a_body,
            wire(counter) as dripping_body,
            wire(counter) as nonsense,
        ):
            await half_a_head.sends(b"GET /help HTTP/1.1\r\nHost: a")
            for client in (half_a_body, dripping_body):
                await client.asks("POST", "/hooks/vk/main", Content_Length="100000")
            await nonsense.sends(b"\x16\x03\x01 nonsense\r\n\r\n")
            await asyncio.gather(
                silent.ends(),
                half_a_head.ends(),
                half_a_body.ends(),
                nonsense.ends(),
                until_closed(dripping_head, b"G"),
                until_closed(dripping_body, b"a"),
            )
        async with wire(counter) as later:
            await later.ends()
        assert not listener.reader.at_eof()
        await listener.reader.readuntil(b"changed")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_connection_waits_longer_between_requests_than_within_one(tmp_path: Path) -> None:
    limits = ConnectionLimits(head=0.2, idle=1, look_every=0.05)
    async with asyncio.timeout(60), open_counter(sqlite(tmp_path), limits=limits) as counter, wire(counter) as browser:
        await browser.asks("GET", "/healthz")
        await browser.reader.readuntil(b"200 OK")
        await asyncio.sleep(0.5)
        await browser.asks("GET", "/healthz")
        await browser.reader.readuntil(b"200 OK")
        await browser.sends(b"GET /healthz HTTP/1.1\r\n")
        await browser.ends()
        async with wire(counter) as quiet:
            await quiet.asks("GET", "/healthz")
            assert b"200 OK" in await quiet.ends()


async def test_who_takes_nothing_of_an_answer_is_closed(tmp_path: Path) -> None:
    async with (
        asyncio.timeout(60),
        open_counter(sqlite(tmp_path), limits=QUICK) as counter,
        counter.visitor("en") as anna,
    ):
        large = ("film.bin", bytes(12 << 20), "application/octet-stream")
        await anna.sends("I want a human agent: my money is gone", large)
        while not (links := re.findall(r'"(/help/chat/files/own/\d+)"', await anna.opens("/help/chat/thread"))):
            await asyncio.sleep(0.05)
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.setblocking(False)
            loop, (host, port) = asyncio.get_running_loop(), counter.address.removeprefix("http://").split(":")
            await loop.sock_connect(reader, (host, int(port)))
            cookie = f"frontdesk_chat={anna.client.cookies['frontdesk_chat']}"
            await loop.sock_sendall(reader, f"GET {links[0]} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n".encode())
            assert await loop.sock_recv(reader, 12) == b"HTTP/1.1 200"
            ours = reader.getsockname()[1]
            while any(held.client and held.client[1] == ours for held in counter.connections.open):
                await asyncio.sleep(0.05)
        got = await anna.client.get(links[0])  # a reader gets all of it
        assert len(got.content) == 12 << 20


async def pages_open_among(counter: Counter, idle: int) -> list[int]:
    """Open so many silent connections, then ask for pages; the statuses."""
    async with AsyncExitStack() as stack:
        for _ in range(idle):
            await stack.enter_async_context(wire(counter))
        async with httpx.AsyncClient(base_url=counter.address, timeout=60) as browser:
            return [(await browser.get(path)).status_code for path in ("/help", "/desk/login", "/healthz")]


@pytest.mark.parametrize(
    "limits", [ConnectionLimits(per_address=10), ConnectionLimits(connections=10)], ids=["of one address", "in all"]
)
async def test_many_idle_connections_do_not_keep_the_pages_from_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, limits: ConnectionLimits
) -> None:
    async with open_counter(sqlite(tmp_path), limits=limits) as counter:
        caplog.clear()
        assert await pages_open_among(counter, 40) == [200, 200, 200]
        assert len(counter.connections) <= 10
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_what_is_being_answered_is_not_closed_for_newcomers(tmp_path: Path) -> None:
    limits = ConnectionLimits(per_address=2)
    async with (
        open_counter(sqlite(tmp_path), limits=limits) as counter,
        wire(counter) as first,
        wire(counter) as second,
    ):
        for client in (first, second):
            await client.asks("GET", "/help/chat/events", Cookie=COOKIE)
            assert b"200 OK" in await client.reader.readline()
        async with wire(counter) as third:
            assert await third.ends() == b""
        await first.reader.readuntil(b"changed")
        await second.reader.readuntil(b"changed")
