"""A long stress test: the program, PostgreSQL and Valkey are killed in turn under load."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
import redis

from tests.conftest import Backend
from tests.durability.ordeal import killed, ordeal
from tests.durability.program import Program
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.soak.conftest import scaled


@pytest.fixture
def durable() -> Iterator[Postgres]:
    """A server that loses nothing which it has confirmed."""
    server = Postgres(durable=True)
    yield server
    server.close()


@pytest.fixture
def mortal() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.close()


async def test_killed_many_times_it_loses_and_repeats_nothing(backend: Backend) -> None:
    await ordeal(backend, scaled(25, contacts=300, messages=10, pause=0.04), killed)


async def test_killed_while_messages_are_joined_it_loses_and_repeats_nothing(backend: Backend) -> None:
    await ordeal(backend, replace(scaled(8, contacts=100, messages=10, pause=0.04), burst_window=1.5), killed)


async def test_postgres_dies_under_load_and_nothing_is_lost(durable: Postgres, mortal: Valkey) -> None:
    async def power_cut(_: Program, dice: random.Random) -> None:
        await asyncio.sleep(dice.uniform(1, 4))
        await asyncio.to_thread(durable.kill)
        await asyncio.sleep(dice.uniform(0, 3))
        await asyncio.to_thread(durable.start)

    backend = Backend(durable.url(), mortal.url)
    await ordeal(backend, scaled(8, contacts=100, messages=10, pause=0.06), power_cut)


async def test_valkey_forgets_and_dies_under_load_and_nothing_is_lost(durable: Postgres, mortal: Valkey) -> None:
    async def amnesia(_: Program, dice: random.Random) -> None:
        await asyncio.sleep(dice.uniform(0.2, 2))
        if dice.random() < 0.5:
            with redis.Redis.from_url(mortal.url) as connection:
                await asyncio.to_thread(connection.flushall)
        else:
            await asyncio.to_thread(mortal.kill)
            await asyncio.sleep(dice.uniform(0, 3))
            await asyncio.to_thread(mortal.start)

    backend = Backend(durable.url(), mortal.url)
    await ordeal(backend, scaled(10, contacts=100, messages=10, pause=0.06), amnesia)
