"""Whether the program can do its work: the database takes writes, files can be kept, every role and channel is well."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from handoff.deliveries.new_rows import accounts_without_buttons
from handoff.models import ChannelState
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from infra.files import require_space
from infra.private import make_folder
from infra.storage.outages import SILENT, outage
from infra.supervision import Supervisor
from knowledge.live.library import Library

OK = "ok"
HEARTBEAT = 10.0
"""Seconds between the signs of life that a served channel account leaves in the database."""
_SILENT = timedelta(seconds=HEARTBEAT * 3)
_FRESH = 1.0
"""Seconds for which a look holds: however often it is asked, the disk is written to once in that time."""
PATIENCE = 3.0
"""Seconds after which a database or a disk that does not answer is reported as such."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the database, the folder of files and the channel accounts found, each "ok" or its trouble."""

    database: str
    files: str = OK
    channels: dict[str, str | None] = field(default_factory=dict)
    """By account; None where nothing is wrong. Empty where the database cannot be read."""
    without_buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that readiness depends on, in the words of `/readyz`."""

    database: str
    files: str
    redis: str
    knowledge: str
    channels: dict[str, str | None]
    failing: dict[str, str]
    """Roles that are down or only just up again, and the class of the exception that ended each."""
    without_buttons: tuple[str, ...]
    """Accounts whose platform refused buttons within the last hour, so that choices are numbered. No condition: they work."""
    restarts: dict[str, int]
    """Roles that were started again since the process began, and how often."""

    @property
    def ready(self) -> bool:
        """Redis is no condition: without it, work is found a second later."""
        troubled = self.failing or any(self.channels.values())
        return not troubled and self.database == self.files == self.knowledge == OK


@dataclass(frozen=True, slots=True)
class ReadinessParts:
    """What readiness looks at."""

    db: Database
    bus: Bus
    clock: Clock
    library: Library
    supervisor: Supervisor
    files_dir: Path
    accounts: tuple[str, ...]
    """Channel accounts that are set up; the chat of the help page has no platform and is not among them."""


class Readiness:
    """Looks when asked, at most once a second and never twice at a time, and never keeps whoever asks waiting long."""

    def __init__(self, parts: ReadinessParts, *, patience: float = PATIENCE) -> None:
        self._parts = parts
        self._patience = patience
        self._look: asyncio.Task[Look] | None = None
        self._until = 0.0

    async def report(self) -> Report:
        parts = self._parts
        look = await self._latest()
        return Report(
            database=look.database,
            files=look.files,
            redis="degraded" if parts.bus.degraded else OK,
            knowledge=OK if parts.library.ready else f"being indexed, {parts.library.indexed:.0%}",
            channels=look.channels,
            failing=parts.supervisor.failing,
            without_buttons=look.without_buttons,
            restarts={name: count for name, count in self.restarts().items() if count},
        )

    def restarts(self) -> dict[str, int]:
        """How often each role was started again, the writer of the database among them."""
        return {**self._parts.supervisor.restarts, "database-writer": self._parts.db.restarts}

    async def _latest(self) -> Look:
        now = asyncio.get_running_loop().time()
        if self._look is None or (self._look.done() and now >= self._until):
            self._look = asyncio.create_task(look_at(self._parts))
            self._until = now + _FRESH
        done, _ = await asyncio.wait([self._look], timeout=self._patience)
        return self._look.result() if done else Look(SILENT)


async def look_at(parts: ReadinessParts) -> Look:
    """Write to the database and to the folder of files, and ask for the state of the accounts."""
    database = await _trouble(parts.db.probe())
    files = await _trouble(asyncio.to_thread(_require_space, parts.files_dir))
    try:
        numbered = await parts.db.read(lambda session: tuple(accounts_without_buttons(session, parts.clock())))
        return Look(database, files, await channel_problems(parts), numbered)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is not ready
        return Look(_words(error) if database == OK else database, files)


async def channel_problems(parts: ReadinessParts) -> dict[str, str | None]:
    """What is wrong with each account that is set up; None where nothing is."""
    states = await parts.db.read(
        lambda session: {row.account: (row.problem, row.updated_at) for row in session.scalars(select(ChannelState))}
    )
    problems: dict[str, str | None] = {}
    for account in parts.accounts:
        problem, seen = states.get(account, (None, None))
        silent = seen is None or abs(parts.clock() - seen) > _SILENT  # later than now: the clock was set back
        problems[account] = problem or ("no running process serves it" if silent else None)
    return problems


def _require_space(folder: Path) -> None:
    make_folder(folder)
    require_space(folder)


async def _trouble(probe: Awaitable[None]) -> str:
    try:
        await probe
    except Exception as error:  # noqa: BLE001 - as above
        return _words(error)
    return OK


def _words(error: Exception) -> str:
    return outage(error) or f"does not work: {type(error).__name__}"
