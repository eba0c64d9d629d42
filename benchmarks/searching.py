"""Latency of the help page's search while typing: ten thousand entries, a request every few letters."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks.matching_speed import knowledge
from benchmarks.processes import Storage, launched, storage_settings
from benchmarks.report import Figure

ENTRIES = 10_000
GOAL_MS = 50
_QUESTIONS = 40
_LETTERS = 4
"""Letters between requests."""


async def searching(folder: Path, storage: Storage, say: Callable[[str], None]) -> list[Figure]:
    """Measure the milliseconds of a whole search request over loopback, and of a page without a search."""
    say(f"help search on {storage.name}: {ENTRIES} entries are loaded")
    texts = await _furnish(folder, storage)
    settings = storage_settings(storage) | {"FRONTDESK_PORT": "0"}
    async with launched(folder, "bot", "run", **settings) as running:
        address = await running.line("Frontdesk is open:")
        say(f"help search on {storage.name}: {_QUESTIONS} questions are typed")
        async with httpx.AsyncClient(base_url=address) as client:
            typed = [text[:end] for text in texts for end in range(_LETTERS, len(text) + 1, _LETTERS)]
            await _milliseconds(client, typed[:20])  # warm-up
            taken, plain = await _milliseconds(client, typed), await _milliseconds(client, [""] * len(typed))
    marks, base = quantiles(taken, n=20), quantiles(plain, n=20)
    return [
        Figure(f"help search at {ENTRIES} entries, p50, {storage.name}", marks[9], "ms"),
        Figure(f"help search at {ENTRIES} entries, p95, {storage.name}", marks[18], "ms", at_most=GOAL_MS),
        Figure("the same page without a question beside it, p95", base[18], "ms"),
    ]


async def _furnish(folder: Path, storage: Storage) -> list[str]:
    """Load the entries; returns some of their phrasings to type."""
    phrasings = knowledge(ENTRIES)
    file = folder / "many.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for entry in range(ENTRIES):
            question, *others = (phrasing.text for phrasing in phrasings[entry * 3 : entry * 3 + 3])
            row = {"id": f"e{entry}", "lang": "ru", "question": question, "alternatives": others, "answer": question}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    async with launched(folder, "bot", "knowledge", "load", str(file), **storage_settings(storage)) as loading:
        await loading.ends()
    return [phrasing.text for phrasing in random.Random(5).sample(phrasings, _QUESTIONS)]


async def _milliseconds(client: httpx.AsyncClient, questions: list[str]) -> list[float]:
    taken = []
    for question in questions:
        began = time.perf_counter()
        answer = await client.get("/help/search", params={"q": question, "lang": "ru"})
        taken.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    return taken
