"""Memory of the whole demo: simulated platforms, bots, desk and pages in one process, after some messages."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from aiohttp import ClientSession

from benchmarks.processes import Storage, launched
from benchmarks.report import Figure
from benchmarks.stream import FOR_A_PERSON, KNOWN

GOAL_MB = 150
_REST_SECONDS = 3
_PAGES = ("/", "/help", "/desk")


async def memory(folder: Path, _storage: Storage, say: Callable[[str], None]) -> list[Figure]:
    say("memory of the demo: the first start, on an empty folder")
    first, talked, own = await _demo(folder)
    say("memory of the demo: the second start")
    again, talked_again, own_again = await _demo(folder)
    return [
        Figure("memory of the whole demo at rest", max(talked, talked_again), "MB", at_most=GOAL_MB),
        Figure("of it shared with no other process", max(own, own_again), "MB"),
        Figure("first start of the demo, from nothing to open", first, "s"),
        Figure("next start of the demo", again, "s"),
    ]


async def _demo(folder: Path) -> tuple[float, float, float]:
    """Return the seconds to start, and total and private megabytes after messages on both phones and page views."""
    began = time.perf_counter()
    settings = {"FRONTDESK_PORT": "0", "FRONTDESK_BURST_WINDOW": "0"}
    async with launched(folder, "bot", "run", **settings) as program:
        address = (await program.line("Frontdesk is open:")).rstrip("/")
        opened = time.perf_counter() - began
        async with ClientSession(headers={"Origin": address}, raise_for_status=True) as browser:
            for text in (*KNOWN, FOR_A_PERSON):
                for platform in ("vk", "telegram"):
                    async with browser.post(f"{address}/demo/{platform}/messages", json={"text": text}):
                        pass
            for page in _PAGES:
                async with browser.get(address + page) as answer:
                    await answer.read()
        await asyncio.sleep(_REST_SECONDS)
        own = psutil.Process(program.process.pid).memory_full_info().uss
        return opened, program.resident_bytes() / 1e6, own / 1e6
