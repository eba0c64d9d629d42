"""Running simulators, a bare HTTP client, and a clock that only a test moves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator

ANNA = 101
Json = dict[str, Any]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@dataclass(frozen=True, slots=True)
class BotClient:
    """A bare client that returns the simulator's answers unchanged."""

    telegram: TelegramSimulator
    http: aiohttp.ClientSession

    async def call(self, method: str, **params: object) -> Json:
        async with self.http.post(f"{self.telegram.url}/bot{self.telegram.token}/{method}", json=params) as answer:
            body: Json = await answer.json()
            assert body["ok"] is (answer.status == 200)
            return body

    async def result(self, method: str, **params: object) -> Any:  # noqa: ANN401 - each method answers differently
        body = await self.call(method, **params)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, **params: object) -> tuple[int, str]:
        body = await self.call(method, **params)
        assert not body["ok"], body
        return body["error_code"], body["description"]


@dataclass(frozen=True, slots=True)
class CommunityClient:
    """The same for VK."""

    vk: VkSimulator
    http: aiohttp.ClientSession

    async def call(self, method: str, **params: object) -> Json:
        form = {"access_token": self.vk.token, "v": "5.199"} | {name: str(value) for name, value in params.items()}
        async with self.http.post(f"{self.vk.url}/method/{method}", data=form) as answer:
            body: Json = await answer.json()
            return body

    async def response(self, method: str, **params: object) -> Any:  # noqa: ANN401 - each method answers differently
        body = await self.call(method, **params)
        assert "response" in body, body
        return body["response"]

    async def error(self, method: str, **params: object) -> int:
        body = await self.call(method, **params)
        assert "error" in body, body
        return int(body["error"]["error_code"])

    async def server(self) -> Json:
        server: Json = await self.response("groups.getLongPollServer", group_id=self.vk.group_id)
        return server

    async def check(self, server: Json, wait: int = 0, **changed: str | int) -> Json:
        query = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": wait} | changed
        # POST, for aiohttp quietly repeats a GET whose connection was cut.
        async with self.http.post(server["server"], params=query) as answer:
            body: Json = await answer.json()
            return body


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramSimulator]:
    simulator = TelegramSimulator(clock=clock)
    simulator.join(ANNA, "Анна", "Петрова")
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def vk(clock: Clock) -> AsyncIterator[VkSimulator]:
    simulator = VkSimulator(clock=clock)
    simulator.join(ANNA, "Анна", "Петрова")
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def bot(telegram: TelegramSimulator, http: aiohttp.ClientSession) -> BotClient:
    return BotClient(telegram, http)


@pytest.fixture
def community(vk: VkSimulator, http: aiohttp.ClientSession) -> CommunityClient:
    return CommunityClient(vk, http)
