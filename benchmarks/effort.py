"""Processor time per message, as a multiple of that of a bare aiogram echo bot for the same stream."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.processes import Launched, Storage, frontdesk, furnish, launched, until
from benchmarks.report import Figure
from benchmarks.stream import crowd, platforms, stream
from bot.simulator.telegram.simulator import TelegramSimulator

PER_SECOND = 20
GOAL = 4
_ROUNDS = 3


async def effort(folder: Path, storage: Storage, seconds: float, say: Callable[[str], None]) -> list[Figure]:
    """Run both bots alternately in several rounds, as the machine may be busy; the median round counts."""
    await furnish(folder, storage)
    async with (
        platforms() as (ours, _),
        platforms() as (bare, _),
        frontdesk(folder, storage, ours, None) as program,
        launched(folder, "benchmarks.echo", bare.url, bare.token) as echo,
    ):
        await until(lambda: bare.is_polled)
        pairs = []
        for number in range(_ROUNDS + 1):  # the first round is a warm-up
            say(f"processor time on {storage.name}, round {number} of {_ROUNDS}: the echo bot, then Frontdesk")
            pairs.append((await _spent(echo, bare, seconds), await _spent(program, ours, seconds)))
    del pairs[0]
    return [
        Figure(
            f"processor time of a message ÷ echo bot, {storage.name}",
            median(own / other for other, own in pairs),
            at_most=GOAL,
        ),
        Figure(f"processor time of a message, {storage.name}", median(own for _, own in pairs) * 1000, "ms"),
        Figure("processor time of a message, echo bot beside it", median(other for other, _ in pairs) * 1000, "ms"),
    ]


async def _spent(process: Launched, telegram: TelegramSimulator, seconds: float) -> float:
    people = crowd(int(PER_SECOND * seconds / 2), telegram)
    before = process.processor_seconds()
    await stream(people, PER_SECOND)
    return (process.processor_seconds() - before) / (2 * len(people))
