"""The machine's clock is changed while people write: nothing is delayed by it, and nothing is sent twice."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Backend
from tests.soak.conftest import SIZE
from tests.soak.trial import SpawnedProgram, trial

HOUR = 3600.0
SUMMER_TIME_ENDS = datetime(2027, 10, 31, 1, tzinfo=UTC)
"""In Berlin, where 2:00 to 3:00 comes twice."""


class FalseClock:
    """The wall clock of a process as libfaketime shows it; the monotonic one stays true."""

    def __init__(self, folder: Path) -> None:
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            pytest.skip("libfaketime is not installed (Debian: faketime), so no clock can be set.")
        self._file = folder / "clock"
        self.environment = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        self.set(0)

    def set(self, seconds: float) -> None:
        """Let it differ from the true time by so much."""
        part = self._file.with_suffix(".part")
        part.write_text(f"{seconds:+.3f}")
        part.replace(self._file)  # it is read all the time


def jumps() -> Sequence[float]:
    """Differences from the true time, one after another."""
    return [HOUR, -HOUR, 0] * max(1, round(SIZE))


async def test_a_clock_that_jumps_delays_and_doubles_nothing(backend: Backend, tmp_path: Path) -> None:
    clock = FalseClock(tmp_path)
    async with trial(backend) as made:
        made.program = SpawnedProgram(backend, made.telegram, made.vk)
        await made.program.start(**clock.environment)
        await made.program.connected()
        await made.write(1)
        for difference in jumps():
            writing = asyncio.create_task(made.write(3))
            await asyncio.sleep(made.dice.uniform(0.2, 1))
            clock.set(difference)
            await writing
            await made.program.settled(made.written)
        await made.judge()


async def test_an_hour_that_comes_twice_delays_and_doubles_nothing(backend: Backend, tmp_path: Path) -> None:
    clock = FalseClock(tmp_path)
    async with trial(backend) as made:
        made.program = SpawnedProgram(backend, made.telegram, made.vk)
        clock.set((SUMMER_TIME_ENDS - datetime.now(UTC)).total_seconds() - 600)
        await made.program.start(TZ="Europe/Berlin", **clock.environment)
        await made.program.connected()
        await made.write(2)
        clock.set((SUMMER_TIME_ENDS - datetime.now(UTC)).total_seconds() - 1)
        await made.write(4)
        await made.program.settled(made.written)
        await made.judge()
