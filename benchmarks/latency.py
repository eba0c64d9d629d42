"""Latency from a contact's message to the reply on the phone, at twenty messages per second over both platforms."""

from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from benchmarks.processes import Storage, frontdesk, furnish
from benchmarks.report import Figure
from benchmarks.stream import crowd, platforms, stream

PER_SECOND = 20
GOAL_MS = 150


async def latency(folder: Path, storage: Storage, seconds: float, say: Callable[[str], None]) -> list[Figure]:
    say(f"latency on {storage.name}: {PER_SECOND} messages a second for {seconds:.0f} s")
    await furnish(folder, storage)
    async with platforms() as (telegram, vk), frontdesk(folder, storage, telegram, vk):
        await stream(crowd(20, telegram, vk), PER_SECOND)  # warm-up
        taken = await stream(crowd(int(PER_SECOND * seconds / 2), telegram, vk), PER_SECOND)
    marks = quantiles(taken, n=20)
    return [
        Figure(f"message to reply, p50, {storage.name}", marks[9] * 1000, "ms"),
        Figure(f"message to reply, p95, {storage.name}", marks[18] * 1000, "ms", at_most=GOAL_MS),
    ]
