"""All kinds of failures in a random order; `SOAK_SEED` in the environment repeats it.

The same seed gives the same faults, pauses and texts. Processes run as fast as the machine lets them, so what a fault
meets may differ; the ledger must be right in any case.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable

import redis

from tests.conftest import Backend
from tests.durability.deadly import COUNT, POINT, POINTS
from tests.durability.ordeal import killed, ordeal
from tests.durability.program import Program
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.soak.conftest import scaled

SEED = int(os.environ.get("SOAK_SEED", time.time()))
_DEADLY_TEXT = "at a deadly text"


async def test_whatever_breaks_nothing_is_lost() -> None:
    postgres, valkey = Postgres(durable=True), Valkey()

    async def power_cut(_: Program, dice: random.Random) -> None:
        await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(dice.uniform(0, 3))
        await asyncio.to_thread(postgres.start)

    async def amnesia(_: Program, dice: random.Random) -> None:
        if dice.random() < 0.5:
            with redis.Redis.from_url(valkey.url) as connection:
                await asyncio.to_thread(connection.flushall)
        else:
            await asyncio.to_thread(valkey.kill)
            await asyncio.sleep(dice.uniform(0, 3))
            await asyncio.to_thread(valkey.start)

    breaking: list[Callable[[Program, random.Random], Awaitable[None]]] = [
        killed, killed_at_a_point, stopped, platform_away, power_cut, amnesia,
    ]  # fmt: skip

    async def chaos(program: Program, dice: random.Random) -> None:
        await program.busy(dice.uniform(0.1, 1))  # a start without a database is refused, so let it begin
        await dice.choice(breaking)(program, dice)

    print(f"SOAK_SEED={SEED}")  # pytest shows it where the test fails  # noqa: T201
    try:
        await ordeal(
            Backend(postgres.url(), valkey.url), scaled(25, contacts=150, messages=10, pause=0.05), chaos, SEED
        )
    finally:
        valkey.close()
        postgres.close()


async def killed_at_a_point(program: Program, dice: random.Random) -> None:
    """It dies once more, at a point of its own choice, and lives on whether it comes there or not."""
    await program.kill()
    point = dice.choice(sorted(set(POINTS) - {_DEADLY_TEXT}))
    await program.start(**{POINT: point, COUNT: str(dice.randint(1, 5))})
    await program.dies(15)
    await program.end()  # it may die by itself just now, so that it need not be alive
    await program.start()


async def stopped(program: Program, dice: random.Random) -> None:
    """It stands still for a while, as on a machine that sleeps."""
    await program.busy(dice.uniform(0, 0.5))
    os.kill(program.pid, signal.SIGSTOP)
    await asyncio.sleep(dice.uniform(0.5, 6))
    os.kill(program.pid, signal.SIGCONT)


async def platform_away(program: Program, dice: random.Random) -> None:
    """One of the platforms cannot be reached for a while; people there go on writing."""
    platform = dice.choice((program.telegram, program.vk))
    port = int(platform.url.rpartition(":")[2])
    await platform.stop()
    await asyncio.sleep(dice.uniform(0, 3))
    await platform.start(port=port)
