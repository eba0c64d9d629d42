"""The platforms that the contract is checked on."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.harness import ConsolePlatform, TelegramPlatform, VkPlatform

ALL = [TelegramPlatform, VkPlatform, ConsolePlatform]


@pytest.fixture(params=ALL, ids=["telegram", "vk", "console"])
async def platform(
    request: pytest.FixtureRequest,
) -> AsyncIterator[TelegramPlatform | VkPlatform | ConsolePlatform]:
    """Each channel, receiving."""
    opened: TelegramPlatform | VkPlatform | ConsolePlatform = request.param()
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(params=[kind for kind in ALL if kind.networked], ids=["telegram", "vk"])
async def networked(request: pytest.FixtureRequest) -> AsyncIterator[TelegramPlatform | VkPlatform]:
    """Each channel that has a platform which can refuse and fail, receiving."""
    opened: TelegramPlatform | VkPlatform = request.param()
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramPlatform]:
    opened = TelegramPlatform()
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def vk() -> AsyncIterator[VkPlatform]:
    opened = VkPlatform()
    await opened.open()
    yield opened
    await opened.close()
