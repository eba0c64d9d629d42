"""Background tasks for small calls: stopping a button's spinner, asking for a name."""

import asyncio
from collections.abc import Coroutine


class BackgroundTasks:
    """Runs coroutines in the background and keeps references to them: asyncio itself holds only weak ones.

    A coroutine handles its own errors. `close` cancels those that still run.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def run(self, errand: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
