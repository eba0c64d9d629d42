"""A steady load on SQLite for minutes: every message is answered once, and memory does not grow."""

from pathlib import Path

from benchmarks.processes import Storage, frontdesk, furnish
from benchmarks.stream import crowd, platforms, stream
from tests.soak.conftest import SIZE

SECONDS = 240 * SIZE
PER_SECOND = 10
STRETCHES = 6
GROWTH = 1.05


async def test_a_steady_load_is_answered_without_growing(tmp_path: Path) -> None:
    storage = Storage("SQLite", f"sqlite:///{tmp_path}/frontdesk.db")
    await furnish(tmp_path, storage)
    resident = []
    async with platforms() as (telegram, vk), frontdesk(tmp_path, storage, telegram, vk) as program:
        for _ in range(STRETCHES):
            people = crowd(max(10, int(PER_SECOND * SECONDS / STRETCHES / 2)), telegram, vk)
            taken = await stream(people, PER_SECOND)
            assert len(taken) == 2 * len(people)
            resident.append(program.resident_bytes())
    # The first stretch fills what is kept for later: caches, pools, threads.
    assert resident[-1] <= resident[1] * GROWTH, resident
