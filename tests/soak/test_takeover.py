"""Real processes: a stopped one that serves an account is replaced, and repeats nothing when it resumes."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.simulator.telegram.simulator import TelegramSimulator
from tests.bot.program import Program
from tests.servers.postgres import Postgres

WITHIN = 60.0


@pytest.fixture
async def telegram() -> TelegramSimulator:
    return TelegramSimulator()


async def test_a_stopped_process_is_replaced_within_a_minute(
    postgres: Postgres, telegram: TelegramSimulator, tmp_path: Path
) -> None:
    await telegram.start()
    settings = {
        "DATABASE_URL": postgres.url(),
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "BURST_WINDOW": "0",
    }
    telegram.join(1, "Анна", "", "ru")
    first = await asyncio.to_thread(lambda: Program(tmp_path, "run", "--only", "bot", **settings))
    try:
        await _answered(telegram, 1)
        second = await asyncio.to_thread(lambda: Program(tmp_path, "run", "--only", "bot", **settings))
        try:
            os.kill(first.pid, signal.SIGSTOP)
            await _answered(telegram, 2)
            os.kill(first.pid, signal.SIGCONT)
            await _answered(telegram, 3)
            await asyncio.sleep(5)  # the first has found out by now, and had its chance to send something twice
            assert len(_replies(telegram)) == 3
        finally:
            second.close()
    finally:
        first.close()
        await telegram.stop()


async def _answered(telegram: TelegramSimulator, count: int) -> None:
    await telegram.writes(1, "/start")
    async with asyncio.timeout(WITHIN):
        while len(_replies(telegram)) < count:
            await asyncio.sleep(0.1)


def _replies(telegram: TelegramSimulator) -> list[str]:
    return [message.text for message in telegram.chat(1) if not message.mine]
