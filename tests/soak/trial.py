"""A program, its platforms and writing people, for tests with successive failures."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Select, create_engine

from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from tests.bot.program import REPOSITORY
from tests.conftest import Backend
from tests.durability.ordeal import Scale, Written, furnish, judge, platforms, write
from tests.durability.program import Program

T = TypeVar("T")


class Trial:
    """A program, its platforms and the people who write to it."""

    def __init__(self, backend: Backend, telegram: TelegramSimulator, vk: VkSimulator, people: int) -> None:
        self.backend, self.telegram, self.vk = backend, telegram, vk
        self.program = Program(backend, telegram, vk)
        self.dice = random.Random(7)
        self.people = [Written("telegram:main" if number % 2 else "vk:main", 5000 + number) for number in range(people)]
        for one in self.people:
            self.of(one).join(one.person, f"К{one.person}")

    def of(self, one: Written) -> TelegramSimulator | VkSimulator:
        return self.telegram if one.account == "telegram:main" else self.vk

    async def write(self, messages: int, pause: float = 0.05) -> None:
        """Everybody writes so many more messages; more than 20 a minute are a flood, which is not answered."""
        await write(self.people, Scale(0, len(self.people), messages, pause), self.telegram, self.vk, self.dice)

    @property
    def written(self) -> int:
        return sum(len(one.texts) for one in self.people)

    def kept(self, wanted: Select[T]) -> list[T]:
        """What the database has, seen from outside, past the file lock."""
        engine = create_engine(self.backend.database_url)
        try:
            with engine.connect() as connection:
                return list(connection.scalars(wanted))
        finally:
            engine.dispose()

    async def judge(self) -> None:
        """Let it come to rest, end it in order, and compare what was written, kept and shown."""
        await self.program.settled(self.written)
        await self.program.stop()
        await judge(self.backend, self.people, self.telegram, self.vk, 0)


@asynccontextmanager
async def trial(backend: Backend, *, furnished: bool = True, people: int = 10) -> AsyncIterator[Trial]:
    """So many people and a program that is not started yet, on a new database with entries or on one that has them."""
    async with platforms() as (telegram, vk):
        if furnished:
            await furnish(backend)
        made = Trial(backend, telegram, vk, people)
        try:
            yield made
        finally:
            await made.program.end()


class SpawnedProgram(Program):
    """`frontdesk run` as an operator starts it: a separate process, possibly of another version."""

    def __init__(self, backend: Backend, telegram: TelegramSimulator, vk: VkSimulator, code: Path = REPOSITORY) -> None:
        super().__init__(backend, telegram, vk)
        self._code = code

    def _launch(self, environment: dict[str, str]) -> "_Spawned":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
        kept |= {"PYTHONPATH": str(self._code), **environment}
        return _Spawned(subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=self._code, env=kept))


class _Spawned:
    """A process of `subprocess` under the names that `multiprocessing` uses."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self.kill = process.kill
        self.terminate = process.terminate

    @property
    def exitcode(self) -> int | None:
        return self._process.poll()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def join(self, timeout: float | None = None) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
