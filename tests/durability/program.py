"""`frontdesk run` as a process that a test may kill."""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Engine, Select, create_engine, exists, func, select

from bot.cli.main import main
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from handoff.models import UNFINISHED, ChannelState, Delivery, InboxEvent, InboxState, Message, MessageKind
from tests.conftest import Backend
from tests.durability import counting, deadly
from tests.servers.forks import fork

ACCOUNTS = ("telegram:main", "vk:main")
"""The served accounts; an old database may have rows of others, which are ignored."""


def _run(settings: dict[str, str]) -> None:
    os.environ.update(settings)
    deadly.arm()
    counting.arm()
    main(["run"])


class _Process(Protocol):
    """What a test does to a process, as `multiprocessing` names it."""

    @property
    def pid(self) -> int | None: ...
    @property
    def exitcode(self) -> int | None: ...
    def is_alive(self) -> bool: ...
    def kill(self) -> None: ...
    def terminate(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...


class Program:
    """`frontdesk run` as a process of its own."""

    def __init__(self, backend: Backend, telegram: TelegramSimulator, vk: VkSimulator, burst_window: float = 0) -> None:
        self.telegram = telegram
        self.vk = vk
        self._process: _Process | None = None
        self._environment = {
            "FRONTDESK_DATABASE_URL": backend.database_url,
            "FRONTDESK_PORT": "0",
            "FRONTDESK_SENTENCE_ENCODER": "false",  # loading it would slow every start
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
        self._process = await asyncio.to_thread(self._launch, self._environment | environment)

    def _launch(self, environment: dict[str, str]) -> "_Process":
        process = fork(_run, environment)
        process.start()
        return process

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
        """Stop everything, after success or failure of the test."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            await asyncio.to_thread(self._process.join)

    async def connected(self) -> None:
        """Wait until it is connected to both platforms and has stored its positions: VK sends no earlier events."""
        await self.until(
            lambda: self.telegram.is_polled or any(name == "setWebhook" for name, _ in self.telegram.calls)
        )
        engine = create_engine(self._environment["FRONTDESK_DATABASE_URL"])
        place = select(ChannelState.cursor).where(ChannelState.account == "vk:main", ChannelState.cursor.is_not(None))
        try:
            async with asyncio.timeout(90):
                while not _first(engine, place):
                    await asyncio.sleep(0.05)
        finally:
            engine.dispose()

    async def busy(self, seconds: float) -> None:
        """Wait until it has begun to work since it was started, and a while longer."""
        await self.until(lambda: self._calls() > self._calls_before)
        await asyncio.sleep(seconds)

    def _calls(self) -> int:
        return len(self.telegram.calls) + len(self.vk.calls)

    async def settled(self, messages: int) -> None:
        """Wait until so many messages have arrived and nothing is left to handle or send."""
        engine = create_engine(self._environment["FRONTDESK_DATABASE_URL"])  # a look from outside, past the file lock
        try:
            deadline = time.monotonic() + 120 + messages / 4
            while (state := _on_the_way(engine, messages)) is not None:
                assert time.monotonic() < deadline, state
                await asyncio.sleep(0.2)
        finally:
            engine.dispose()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until it is true."""
        async with asyncio.timeout(90):
            while not true():
                await asyncio.sleep(0.01)


def _first(engine: Engine, wanted: Select[Any]) -> object:
    with engine.connect() as connection:
        return connection.scalars(wanted).first()


def _on_the_way(engine: Engine, messages: int) -> str | None:
    """What is still to be done; None when nothing is."""
    unread = exists().where(InboxEvent.state == InboxState.NEW, InboxEvent.account.in_(ACCOUNTS))
    unsent = exists().where(Delivery.state.in_(UNFINISHED), Delivery.account.in_(ACCOUNTS))
    arrived = select(func.count()).select_from(Message).where(Message.kind == MessageKind.INCOMING)
    with engine.connect() as connection:
        busy, count = connection.execute(select(unread | unsent, arrived.scalar_subquery())).one()
        left = connection.execute(
            select(Delivery.id, Delivery.account, Delivery.state, Delivery.attempts, Delivery.reason).where(
                Delivery.state.in_(UNFINISHED), Delivery.account.in_(ACCOUNTS)
            )
        ).all()
    return f"{count} of {messages} arrived, on the way: {left}" if busy or count < messages else None
