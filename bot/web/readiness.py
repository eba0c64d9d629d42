"""Readiness: the database accepts writes, files can be stored, every role and channel works."""

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
"""Seconds between the heartbeats that a served channel account writes to the database."""
_SILENT = timedelta(seconds=HEARTBEAT * 3)
_FRESH = 1.0
"""Seconds for which a result is cached: checks write to the disk at most once in that time."""
PATIENCE = 3.0
"""Seconds after which a database or a disk is reported as not answering."""


@dataclass(frozen=True, slots=True)
class Look:
    """The result of one check of the database, the folder of files and the channel accounts: "ok" or the problem."""

    database: str
    files: str = OK
    channels: dict[str, str | None] = field(default_factory=dict)
    """By account; None if it works. Empty if the database cannot be read."""
    without_buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that readiness depends on, with the field names of `/readyz`."""

    database: str
    files: str
    redis: str
    knowledge: str
    channels: dict[str, str | None]
    failing: dict[str, str]
    """Roles that are down or have just restarted, with the class of the exception that ended each."""
    without_buttons: tuple[str, ...]
    """Accounts whose platform refused buttons within the last hour, so choices are numbered; they count as ready."""
    restarts: dict[str, int]
    """Number of restarts of each role since the process started."""

    @property
    def ready(self) -> bool:
        """Whether all conditions hold. Redis is not one: without it, work is found a second later."""
        troubled = self.failing or any(self.channels.values())
        return not troubled and self.database == self.files == self.knowledge == OK


@dataclass(frozen=True, slots=True)
class ReadinessParts:
    """The inputs of readiness."""

    db: Database
    bus: Bus
    clock: Clock
    library: Library
    supervisor: Supervisor
    files_dir: Path
    accounts: tuple[str, ...]
    """Configured channel accounts, without the help page's chat, which has no platform."""


class Readiness:
    """Checks on demand, at most once a second and one check at a time, and answers within a time limit."""

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
        """Return the number of restarts of each role, including the database writer."""
        return {**self._parts.supervisor.restarts, "database-writer": self._parts.db.restarts}

    async def _latest(self) -> Look:
        now = asyncio.get_running_loop().time()
        if self._look is None or (self._look.done() and now >= self._until):
            self._look = asyncio.create_task(look_at(self._parts))
            self._until = now + _FRESH
        done, _ = await asyncio.wait([self._look], timeout=self._patience)
        return self._look.result() if done else Look(SILENT)


async def look_at(parts: ReadinessParts) -> Look:
    """Write to the database and to the folder of files, and read the state of the accounts."""
    database = await _trouble(parts.db.probe())
    files = await _trouble(asyncio.to_thread(_require_space, parts.files_dir))
    try:
        numbered = await parts.db.read(lambda session: tuple(accounts_without_buttons(session, parts.clock())))
        return Look(database, files, await channel_problems(parts), numbered)
    except Exception as error:  # noqa: BLE001 - any error means that it is not ready
        return Look(_words(error) if database == OK else database, files)


async def channel_problems(parts: ReadinessParts) -> dict[str, str | None]:
    """Return the problem of each configured account; None if there is none."""
    states = await parts.db.read(
        lambda session: {row.account: (row.problem, row.updated_at) for row in session.scalars(select(ChannelState))}
    )
    problems: dict[str, str | None] = {}
    for account in parts.accounts:
        problem, seen = states.get(account, (None, None))
        silent = seen is None or abs(parts.clock() - seen) > _SILENT  # a later time: the clock was set back
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
