"""Hints between processes, through Redis or Valkey."""

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator

import redis.asyncio

from infra.errors import PlainError
from infra.local_bus import BACKLOG, LocalBus, Subscription

log = logging.getLogger(__name__)

_RECONNECT_SECONDS = 1.0
_TIMEOUT_SECONDS = 2.0
_CONNECT_SECONDS = 10.0
_START_SECONDS = 3.0
"""Seconds that the start waits for the server: both may be starting at once on a busy machine."""
_GATHER_SECONDS = 0.02
"""Seconds within which hints are coalesced: one message causes several, which then cost as much as one."""


class RedisBus:
    """Hints between processes through Redis or Valkey; while the server is away, hints stay within this process."""

    def __init__(self, url: str) -> None:
        """Prepare for `url` (`redis://…`); nothing is sent before `open`."""
        try:
            self._redis = redis.asyncio.Redis.from_url(
                url, socket_timeout=None, socket_connect_timeout=_CONNECT_SECONDS
            )
        except ValueError as error:
            raise PlainError("FRONTDESK_REDIS_URL is not a Redis address, e.g. redis://localhost:6379/0") from error
        self._local = LocalBus()
        self._self = secrets.token_hex(4)
        self._outgoing: asyncio.Queue[tuple[str, str]] = asyncio.Queue(BACKLOG)
        self._tasks: list[asyncio.Task[None]] = []
        self._tried = asyncio.Event()
        self.degraded = True

    async def open(self) -> None:
        """Connect, or work without the server until it is available; retries every second.

        Returns as soon as either is known, and after 3 seconds in any case.
        """
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._speak())]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_SECONDS):
                await self._tried.wait()

    def publish(self, topic: str, note: str = "") -> None:
        self._local.publish(topic, note)
        with contextlib.suppress(asyncio.QueueFull):
            self._outgoing.put_nowait((topic, note))

    def subscribe(self, topic: str) -> Subscription:
        return self._local.subscribe(topic)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    async def _speak(self) -> None:
        while True:
            notes = [await self._outgoing.get()]
            await asyncio.sleep(_GATHER_SECONDS)
            while not self._outgoing.empty():
                notes.append(self._outgoing.get_nowait())
            line = json.dumps([self._self, *dict.fromkeys(notes)])
            try:
                async with asyncio.timeout(_TIMEOUT_SECONDS):
                    await self._redis.publish("frontdesk", line)
            except Exception as error:  # noqa: BLE001 - the hint is gone, the next look at the database finds the work
                self._lost(error)

    async def _listen(self) -> None:
        while True:
            try:
                async for line in self._lines():
                    self._hear(line)
            except Exception as error:  # noqa: BLE001 - a server that is away or ill comes back
                self._lost(error)
            await asyncio.sleep(_RECONNECT_SECONDS)

    def _found(self) -> None:
        if self.degraded:
            log.info("Redis is reachable: hints reach other processes")
        self.degraded = False
        self._tried.set()

    def _lost(self, error: Exception) -> None:
        if not self.degraded or not self._tried.is_set():
            # Log no error text: it may hold the address with its password.
            log.warning("Redis cannot be reached (%s): other processes find work a second later", type(error).__name__)
        self.degraded = True
        self._tried.set()

    def _hear(self, line: bytes) -> None:
        try:
            origin, *notes = json.loads(line)
            told = [(str(topic), str(note)) for topic, note in notes]
        except (ValueError, TypeError):
            return  # other users of the server may publish anything
        if origin != self._self:
            for topic, note in told:
                self._local.publish(topic, note)

    async def _lines(self) -> AsyncIterator[bytes]:
        async with self._redis.pubsub() as channel:
            await channel.subscribe("frontdesk")
            async for message in channel.listen():
                self._found()
                if message["type"] == "message":
                    yield message["data"]
