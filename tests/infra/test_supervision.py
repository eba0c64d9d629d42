"""A role that fails is started again, counted and named; one that is asked to end, ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from infra.supervision import Supervisor

PATIENCE = 60.0


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.001)


class Role:
    """Fails with each of the given exceptions in turn, then works until cancelled."""

    def __init__(self, *failures: BaseException | None) -> None:
        self.failures = list(failures)
        self.works = asyncio.Event()
        self.last_words: Exception | None = None

    async def run(self) -> None:
        if self.failures:
            failure = self.failures.pop(0)
            if failure is None:
                return
            raise failure
        self.works.set()
        try:
            await asyncio.Event().wait()
        finally:
            if self.last_words is not None:
                raise self.last_words


@asynccontextmanager
async def kept(supervisor: Supervisor, role: Role) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(supervisor.keep("pump", role.run))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    "failure",
    [
        ValueError("on purpose"),
        MemoryError(),
        SystemExit(1),
        asyncio.CancelledError(),  # a stray one: the role was not asked to end
        ExceptionGroup("several", [OSError(), KeyError()]),
        BaseExceptionGroup("several", [SystemExit()]),
        None,
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_whatever_ends_a_role_it_starts_again(failure: BaseException | None) -> None:
    supervisor, role = Supervisor([0.01]), Role(failure, failure)
    async with kept(supervisor, role):
        await asyncio.wait_for(role.works.wait(), PATIENCE)
        assert supervisor.restarts == {"pump": 2}
        await until(lambda: supervisor.failing == {})


async def test_a_role_that_is_down_is_named_with_its_failure() -> None:
    supervisor, role = Supervisor([1000.0]), Role(OSError("the text stays out of it"))
    async with kept(supervisor, role):
        await until(lambda: bool(supervisor.failing))
        assert supervisor.failing == {"pump": "OSError"}
        assert supervisor.restarts == {"pump": 1}


async def test_one_that_is_asked_to_end_ends() -> None:
    supervisor, role = Supervisor(), Role()
    async with kept(supervisor, role) as task:
        await role.works.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)
    assert supervisor.restarts == {"pump": 0}


async def test_one_that_fails_while_it_ends_ends_too() -> None:
    supervisor, role = Supervisor(), Role()
    role.last_words = OSError("the disk is full")
    async with kept(supervisor, role) as task:
        await role.works.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)
    assert supervisor.restarts == {"pump": 0}


async def test_one_that_waits_to_start_again_ends_when_asked_to() -> None:
    supervisor, role = Supervisor([1000.0]), Role(ValueError())
    async with kept(supervisor, role) as task:
        await until(lambda: bool(supervisor.failing))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)
