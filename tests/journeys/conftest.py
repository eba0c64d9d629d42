"""Each journey runs on VK and on Telegram, on SQLite and on PostgreSQL with Valkey.

The basic journeys run in all four combinations; the others in two, which cover each platform and each database and
limit the duration of the suite. The two combinations differ from test to test.
"""

import zlib
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Backend
from tests.journeys.stage import Platform, Stage, staged

_GROUND = frozenset({"test_asking"})
_ON_SQLITE_ALONE = frozenset({"test_sending_files"})
_PAIRS = (
    frozenset({("sqlite", "vk"), ("postgres", "telegram")}),
    frozenset({("sqlite", "telegram"), ("postgres", "vk")}),
)


@pytest.fixture(params=["vk", "telegram"])
def platform(request: pytest.FixtureRequest) -> Platform:
    chosen: Platform = request.param
    return chosen


@pytest.fixture
async def stage(backend: Backend, platform: Platform) -> AsyncIterator[Stage]:
    async with staged(backend, platform) as stage:
        yield stage


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the pairs that the other tests of a module stand for."""
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        (kept if _has_its_turn(item) else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


def _has_its_turn(item: pytest.Item) -> bool:
    chosen = getattr(getattr(item, "callspec", None), "params", {})
    if (
        item.path.parent.name != "journeys"
        or item.path.stem in _GROUND | _ON_SQLITE_ALONE
        or not {"backend", "platform"} <= chosen.keys()
    ):
        return True
    name = getattr(item, "originalname", item.name)
    return (chosen["backend"], chosen["platform"]) in _PAIRS[zlib.crc32(name.encode()) % 2]
