"""Delivery of events to the bot's webhook until they are accepted, as Telegram and VK's Callback API do it."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger(__name__)

Deliver = Callable[[dict[str, Any], int], Awaitable[bool]]


class Courier:
    """Calls `deliver(event, attempt)` until it returns True, at most `attempts` times, with growing pauses.

    Events of one lane are delivered in order, one at a time. Up to `width` lanes are served concurrently; an event with
    a lane of its own waits for no other. `settled(event)` is called once per event, when it was accepted or given up.
    The courier starts closed: events are only queued until `open` and after `close`.
    """

    def __init__(self, deliver: Deliver, settled: Callable[[dict[str, Any]], None], width: int = 40) -> None:
        self.first_pause = 0.05
        self.longest_pause = 1.0
        self.attempts = 200
        self.given_up = 0
        self._deliver = deliver
        self._settled = settled
        self._slots = asyncio.Semaphore(width)
        self._lanes: defaultdict[object, deque[dict[str, Any]]] = defaultdict(deque)
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._at_work = False

    def open(self) -> None:
        self._at_work = True
        for lane in self._lanes:
            self._set_out(lane)

    def push(self, lane: object, event: dict[str, Any]) -> None:
        self._lanes[lane].append(event)
        self._set_out(lane)

    async def close(self) -> None:
        """Stop delivering. An event in flight may have arrived; it is delivered again after `open`."""
        self._at_work = False
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    def _set_out(self, lane: object) -> None:
        if self._at_work and lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._drive(lane), name="courier")

    async def _drive(self, lane: object) -> None:
        queue = self._lanes[lane]
        try:
            while queue:
                await self._carry(queue[0])
                self._settled(queue.popleft())
            del self._lanes[lane]
        finally:
            self._tasks.pop(lane, None)

    async def _carry(self, event: dict[str, Any]) -> None:
        pause = self.first_pause
        for attempt in range(self.attempts):
            async with self._slots:
                if await self._deliver(event, attempt):
                    return
            await asyncio.sleep(pause)
            pause = min(self.longest_pause, pause * 2)
        self.given_up += 1
        log.warning("event given up after %d attempts", self.attempts)
