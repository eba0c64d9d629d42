"""`frontdesk run` as a process that a test may kill."""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess

from sqlalchemy import Engine, create_engine, exists, func, select

from bot.cli.main import main
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from handoff.models import UNFINISHED, Delivery, InboxEvent, InboxState, Message, MessageKind
from tests.conftest import Backend
from tests.durability import deadly

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["bot.cli.main", "bot.cli.run", "bot.program.roles"])
"""A dozen starts import everything once: each is forked from a process that has, and is killed as any other."""


def _run(settings: dict[str, str]) -> None:
    os.environ.update(settings)
    deadly.arm()
    main(["run"])


class Program:
    """`frontdesk run` as a process of its own."""

    def __init__(self, backend: Backend, telegram: TelegramSimulator, vk: VkSimulator, burst_window: float = 0) -> None:
        self.telegram = telegram
        self.vk = vk
        self._process: ForkServerProcess | None = None
        self._environment = {
            "FRONTDESK_DATABASE_URL": backend.database_url,
            "FRONTDESK_PORT": "0",
            "FRONTDESK_BURST_WINDOW": str(burst_window),
            "FRONTDESK_TELEGRAM_TOKEN": telegram.token,
            "FRONTDESK_TELEGRAM_API_URL": telegram.url,
            "FRONTDESK_VK_TOKEN": vk.token,
            "FRONTDESK_VK_GROUP_ID": str(vk.group_id),
            "FRONTDESK_VK_API_URL": vk.url,
        }
        if backend.redis_url:
            self._environment["FRONTDESK_REDIS_URL"] = backend.redis_url
        self._calls_before = 0
        self.kills = 0

    async def start(self, **environment: str) -> None:
        """Start it, with more in its environment for this time."""
        self._calls_before = self._calls()
        self._process = _PROCESSES.Process(target=_run, args=(self._environment | environment,))
        await asyncio.to_thread(self._process.start)

    async def kill(self) -> None:
        assert self._process is not None
        assert self._process.is_alive(), "it died by itself"
        self._process.kill()
        await asyncio.to_thread(self._process.join)
        self.kills += 1

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    async def dies(self, seconds: float) -> bool:
        """Wait until it ends by itself; False where it lives for so many seconds."""
        assert self._process is not None
        await asyncio.to_thread(self._process.join, seconds)
        return not self._process.is_alive()

    async def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        await asyncio.to_thread(self._process.join)
        assert self._process.exitcode == 0

    async def end(self) -> None:
        """Leave nothing running, whatever became of the test."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    async def connected(self) -> None:
        """Wait until it hears both platforms."""
        await self.until(lambda: self.telegram.is_polled and self._vk_is_polled())

    async def busy(self, seconds: float) -> None:
        """Wait until it has begun to work since it was started, and a while longer."""
        await self.until(lambda: self._calls() > self._calls_before)
        await asyncio.sleep(seconds)

    def _calls(self) -> int:
        return len(self.telegram.calls) + len(self.vk.calls)

    async def settled(self, messages: int) -> None:
        """Wait until so many messages have arrived and nothing is to be thought about or sent any more."""
        engine = create_engine(self._environment["FRONTDESK_DATABASE_URL"])  # a look from outside, past the file lock
        try:
            deadline = time.monotonic() + 120 + messages / 4
            while (state := _on_the_way(engine, messages)) is not None:
                assert time.monotonic() < deadline, state
                await asyncio.sleep(0.2)
        finally:
            engine.dispose()

    def _vk_is_polled(self) -> bool:
        return any(name == "groups.getLongPollServer" for name, _ in self.vk.calls)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until it is true."""
        async with asyncio.timeout(90):
            while not true():
                await asyncio.sleep(0.01)


def _on_the_way(engine: Engine, messages: int) -> str | None:
    """What is still to be done; None when nothing is."""
    unread = exists().where(InboxEvent.state == InboxState.NEW)
    unsent = exists().where(Delivery.state.in_(UNFINISHED))
    arrived = select(func.count()).select_from(Message).where(Message.kind == MessageKind.INCOMING)
    with engine.connect() as connection:
        busy, count = connection.execute(select(unread | unsent, arrived.scalar_subquery())).one()
        left = connection.execute(
            select(Delivery.id, Delivery.account, Delivery.state, Delivery.attempts, Delivery.reason).where(
                Delivery.state.in_(UNFINISHED)
            )
        ).all()
    return f"{count} of {messages} arrived, on the way: {left}" if busy or count < messages else None
