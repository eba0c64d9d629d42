"""The program and the baseline as separate processes, so that their resources are measured without ours."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator

REPOSITORY = Path(__file__).parents[1]
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Storage:
    """Database and bus of the measured program."""

    name: str
    database_url: str
    redis_url: str | None = None


class Launched:
    """A running Python process; its log is `log` in the folder that it runs in."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.address = ""
        """Address of its pages, if it has any."""
        self._seen = psutil.Process(process.pid)

    def processor_seconds(self) -> float:
        """Return the processor time used so far, including children."""
        spent = [process.cpu_times() for process in (self._seen, *self._seen.children(recursive=True))]
        return sum(times.user + times.system for times in spent)

    def resident_bytes(self) -> int:
        processes = (self._seen, *self._seen.children(recursive=True))
        return sum(process.memory_info().rss for process in processes)

    async def line(self, start: str) -> str:
        """Return the next line of its output that starts with `start`."""
        assert self.process.stdout is not None  # noqa: S101 - it was opened as a pipe
        async with asyncio.timeout(_PATIENCE):
            while line := (await self.process.stdout.readline()).decode():
                if line.startswith(start):
                    return line.removeprefix(start).strip()
        raise RuntimeError(f"it ended: {(self.folder / 'log').read_text()[-2000:]}")

    async def ends(self) -> None:
        """Wait until the process exits; raises on a failure."""
        if await self.process.wait():
            raise RuntimeError(f"it failed: {(self.folder / 'log').read_text()[-2000:]}")

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await self.process.wait()


@asynccontextmanager
async def launched(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[Launched]:
    """Run `python -m …` while the block runs, only with the given settings and none of this machine."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    environment |= {"PYTHONPATH": str(REPOSITORY), **settings}
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
        )
    running = Launched(process, folder)
    try:
        yield running
    finally:
        await running.stop()


@asynccontextmanager
async def frontdesk(
    folder: Path, storage: Storage, telegram: TelegramSimulator | None, vk: VkSimulator | None
) -> AsyncIterator[Launched]:
    """Run `frontdesk run`, connected to the given simulators."""
    settings = storage_settings(storage) | {"FRONTDESK_PORT": "0", "FRONTDESK_BURST_WINDOW": "0"}
    if telegram is not None:
        settings |= {"FRONTDESK_TELEGRAM_TOKEN": telegram.token, "FRONTDESK_TELEGRAM_API_URL": telegram.url}
    if vk is not None:
        settings |= {
            "FRONTDESK_VK_TOKEN": vk.token,
            "FRONTDESK_VK_GROUP_ID": str(vk.group_id),
            "FRONTDESK_VK_API_URL": vk.url,
        }
    async with launched(folder, "bot", "run", **settings) as running:
        running.address = (await running.line("Frontdesk is open:")).rstrip("/")
        if telegram is not None:
            await until(lambda: telegram.is_polled)
        if vk is not None:
            await until(lambda: any(name == "groups.getLongPollServer" for name, _ in vk.calls))
        yield running


async def furnish(folder: Path, storage: Storage) -> None:
    """Migrate the database and load the example knowledge base."""
    files = [str(path) for path in sorted((REPOSITORY / "examples" / "knowledge").glob("*.yaml"))]
    async with launched(folder, "bot", "knowledge", "load", *files, **storage_settings(storage)) as loading:
        await loading.ends()


def storage_settings(storage: Storage) -> dict[str, str]:
    redis = {"FRONTDESK_REDIS_URL": storage.redis_url} if storage.redis_url else {}
    return {"FRONTDESK_DATABASE_URL": storage.database_url, **redis}


async def until(true: Callable[[], bool]) -> None:
    """Poll a condition that the simulators do not announce."""
    deadline = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("the program does not connect")
        await asyncio.sleep(0.02)
