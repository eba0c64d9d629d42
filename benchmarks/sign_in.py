"""Latency for contacts and visitors while an attacker tries a hundred passwords per second from many addresses."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from aiohttp import ClientSession

from benchmarks.login_flood import TRIES_PER_SECOND
from benchmarks.processes import Storage, frontdesk, furnish, launched
from benchmarks.report import Figure
from benchmarks.stream import Phone, crowd, platforms, stream

MESSAGES_PER_SECOND = 5
GOAL_RATIO = 2
_PAGE_EVERY = 0.1


async def sign_in(folder: Path, storage: Storage, seconds: float, say: Callable[[str], None]) -> list[Figure]:
    await furnish(folder, storage)
    async with platforms() as (telegram, vk), frontdesk(folder, storage, telegram, vk) as program:
        await _traffic(program.address, (telegram, vk), 5)  # warm-up
        say(f"signing in on {storage.name}: quiet, for {seconds:.0f} s")
        reply, page = await _traffic(program.address, (telegram, vk), seconds)
        say(f"signing in on {storage.name}: {TRIES_PER_SECOND} wrong passwords a second, for {seconds:.0f} s")
        async with launched(folder, "benchmarks.login_flood", program.address) as flood:
            await flood.line("flooding")
            busy_reply, busy_page = await _traffic(program.address, (telegram, vk), seconds)
    name = f"while {TRIES_PER_SECOND} passwords a second are tried, {storage.name}"
    return [
        Figure(f"message to reply, p95, quiet, {storage.name}", reply, "ms"),
        Figure(f"message to reply, p95, {name}", busy_reply, "ms"),
        Figure("as a multiple of the quiet one", busy_reply / reply, at_most=GOAL_RATIO),
        Figure(f"help page, p95, quiet, {storage.name}", page, "ms"),
        Figure(f"help page, p95, {name}", busy_page, "ms"),
        Figure("as a multiple of the quiet one", busy_page / page, at_most=GOAL_RATIO),
    ]


async def _traffic(address: str, phones: tuple[Phone, ...], seconds: float) -> tuple[float, float]:
    """Return the p95 in milliseconds of replies to contacts and of the help page, both at a steady rate."""
    looking = asyncio.create_task(_look(address))
    taken = await stream(crowd(int(MESSAGES_PER_SECOND * seconds / 2), *phones), MESSAGES_PER_SECOND)
    looking.cancel()
    pages = await looking
    return quantiles(taken, n=20)[18] * 1000, quantiles(pages, n=20)[18] * 1000


async def _look(address: str) -> list[float]:
    """Request the help page until cancelled; returns the seconds of each request."""
    taken: list[float] = []
    try:
        async with ClientSession() as browser:
            while True:
                began = time.perf_counter()
                async with browser.get(f"{address}/help") as answer:
                    await answer.read()
                taken.append(time.perf_counter() - began)
                await asyncio.sleep(_PAGE_EVERY)
    except asyncio.CancelledError:
        return taken
