"""Hints usually arrive soon. The guarantee is that nothing waits for them or breaks without them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import redis

from infra.bus import Bus, LocalBus, open_bus
from infra.redis_bus import RedisBus
from tests.servers.valkey import Valkey

PATIENCE = 60.0


@pytest.fixture(params=["local", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    bus = await open_bus(request.getfixturevalue("valkey").url if request.param == "redis" else None)
    yield bus
    await bus.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


async def arrives(speaker: Bus, listener: Bus) -> None:
    """Wait until hints get from one to the other; each may be lost, so it is said again."""
    with listener.subscribe("a topic") as hints:
        async with asyncio.timeout(PATIENCE):
            speaker.publish("a topic", "now")
            while await hints.next(0.1) is None:
                speaker.publish("a topic", "now")


async def test_without_an_address_hints_stay_in_the_process() -> None:
    assert isinstance(await open_bus(None), LocalBus)
    assert isinstance(await open_bus(""), LocalBus)


async def test_who_listens_hears_their_own_topic(bus: Bus) -> None:
    with bus.subscribe("inbox") as inbox, bus.subscribe("inbox") as another, bus.subscribe("desk") as desk:
        bus.publish("inbox", "vk:main/7 and more words")
        bus.publish("desk")
        assert await inbox.next(PATIENCE) == "vk:main/7 and more words"
        assert await another.next(PATIENCE) == "vk:main/7 and more words"
        assert await desk.next(PATIENCE) == ""
        assert await inbox.next(0) is None
        assert await desk.next(0) is None


async def test_who_stopped_listening_hears_nothing(bus: Bus) -> None:
    with bus.subscribe("inbox") as hints:
        pass
    bus.publish("inbox", "too late")
    assert await hints.next(0) is None


async def test_whoever_is_too_slow_loses_the_oldest(bus: Bus) -> None:
    with bus.subscribe("inbox") as hints:
        for number in range(1000):
            bus.publish("inbox", str(number))
        heard = [await hints.next(0.5) for _ in range(256)]
        assert heard == [str(number) for number in range(1000 - 256, 1000)]


async def test_hints_reach_another_process(valkey: Valkey) -> None:
    # Two of them in one process know as little of each other as in two.
    one, two = RedisBus(valkey.url), RedisBus(valkey.url)
    await one.open()
    await two.open()
    try:
        await arrives(one, two)
        await arrives(two, one)
        with one.subscribe("inbox") as near, two.subscribe("inbox") as far:
            one.publish("inbox", "vk:main/7")
            assert await far.next(PATIENCE) == "vk:main/7"
            assert await near.next(PATIENCE) == "vk:main/7"
            assert await near.next(0.1) is None  # what comes back from the server is its own and not heard twice
    finally:
        await one.close()
        await two.close()


async def test_a_lost_server_slows_nobody_and_is_found_again(mortal_valkey: Valkey) -> None:
    one, two = RedisBus(mortal_valkey.url), RedisBus(mortal_valkey.url)
    await one.open()
    await two.open()
    try:
        await arrives(one, two)
        assert not one.degraded
        mortal_valkey.kill()
        with one.subscribe("inbox") as hints:
            for number in range(1000):
                one.publish("inbox", str(number))
            assert await hints.next(0) is not None  # the process itself still hears
        await until(lambda: one.degraded and two.degraded)
        await asyncio.to_thread(mortal_valkey.start)
        await arrives(one, two)
        await arrives(two, one)
        await until(lambda: not one.degraded and not two.degraded)
    finally:
        await one.close()
        await two.close()


async def test_a_server_that_comes_after_the_start_is_found(mortal_valkey: Valkey) -> None:
    mortal_valkey.kill()
    one, two = RedisBus(mortal_valkey.url), RedisBus(mortal_valkey.url)
    await asyncio.gather(one.open(), two.open())
    try:
        assert one.degraded
        assert two.degraded
        await asyncio.to_thread(mortal_valkey.start)
        await arrives(one, two)
        await until(lambda: not one.degraded and not two.degraded)
    finally:
        await one.close()
        await two.close()


async def test_a_server_that_does_not_answer_is_noticed(mortal_valkey: Valkey) -> None:
    bus = RedisBus(mortal_valkey.url)
    await bus.open()
    try:
        await arrives_at_itself(bus)
        with redis.Redis(port=mortal_valkey.port) as admin:
            admin.client_pause(60_000, all=False)  # it takes what is published and answers nothing
            bus.publish("inbox", "unheard")
            await until(lambda: bus.degraded)
            admin.client_unpause()
        await until(lambda: not speaks_in_vain(bus))
    finally:
        await bus.close()


async def test_a_server_that_wakes_slowly_is_waited_for_at_the_start(mortal_valkey: Valkey) -> None:
    with redis.Redis(port=mortal_valkey.port) as admin:
        admin.client_pause(2_500, all=True)
    bus = RedisBus(mortal_valkey.url)
    await bus.open()
    try:
        await arrives_at_itself(bus)
    finally:
        await bus.close()


async def arrives_at_itself(bus: RedisBus) -> None:
    with bus.subscribe("a topic") as hints:
        bus.publish("a topic", "now")
        assert await hints.next(PATIENCE) == "now"


def speaks_in_vain(bus: RedisBus) -> bool:
    bus.publish("inbox", "again")
    return bus.degraded


async def test_words_of_strangers_on_the_same_server_are_passed_over(valkey: Valkey) -> None:
    one, two = RedisBus(valkey.url), RedisBus(valkey.url)
    await one.open()
    await two.open()
    try:
        await arrives(one, two)
        with redis.Redis(port=valkey.port) as stranger:
            for words in ("", "hello", "two words", b"\xff\xfe not text"):
                stranger.publish("frontdesk", words)
        await arrives(one, two)
        assert not two.degraded
    finally:
        await one.close()
        await two.close()
