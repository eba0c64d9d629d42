"""Reply latency while one contact writes a thousand messages a minute, compared with a quiet run."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles

from benchmarks.processes import Storage, frontdesk, furnish
from benchmarks.report import Figure
from benchmarks.stream import KNOWN, Phone, crowd, platforms, stream

PER_MINUTE = 1000
PEOPLE_PER_SECOND = 5
GOAL_RATIO = 2


async def contact_flood(folder: Path, storage: Storage, seconds: float, say: Callable[[str], None]) -> list[Figure]:
    """Measure the ratio of both p99; the flood comes through Telegram, the others write on both platforms."""
    await furnish(folder, storage)
    count = int(PEOPLE_PER_SECOND * seconds / 2)
    async with platforms() as (telegram, vk), frontdesk(folder, storage, telegram, vk):
        await stream(crowd(20, telegram, vk), PEOPLE_PER_SECOND)  # warm-up
        say(f"flood on {storage.name}: quiet, {PEOPLE_PER_SECOND} messages a second for {seconds:.0f} s")
        quiet = _p99(await stream(crowd(count, telegram, vk), PEOPLE_PER_SECOND))
        say(f"flood on {storage.name}: {PER_MINUTE} messages a minute of one contact besides, for {seconds:.0f} s")
        async with _flood(telegram):
            flooded = _p99(await stream(crowd(count, telegram, vk), PEOPLE_PER_SECOND))
    name = f"while one contact writes {PER_MINUTE} messages a minute"
    return [
        Figure(f"message to reply of others, p99 {name} ÷ quiet, {storage.name}", flooded / quiet, at_most=GOAL_RATIO),
        Figure(f"message to reply of others, p99 {name}, {storage.name}", flooded * 1000, "ms"),
    ]


def _p99(taken: list[float]) -> float:
    return quantiles(taken, n=100)[98]


@asynccontextmanager
async def _flood(phone: Phone) -> AsyncIterator[None]:
    """Have one contact write without a pause while the block runs."""
    (person,) = crowd(1, phone)

    async def write() -> None:
        start = time.perf_counter()
        for number, text in enumerate(itertools.cycle(KNOWN)):
            await asyncio.sleep(max(0.0, start + number * 60 / PER_MINUTE - time.perf_counter()))
            await phone.writes(person.number, text)

    writing = asyncio.create_task(write())
    try:
        yield
        if writing.done():
            writing.result()  # the flood must not end by itself
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
