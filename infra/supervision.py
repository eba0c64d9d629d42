"""Supervision: a role of the program that ends with an exception is restarted, counted and reported by name.

A role is a coroutine that runs until it is cancelled, such as the intake or the pump of one account.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a role is restarted, longer after each consecutive failure."""


@dataclass(slots=True)
class _Role:
    restarts: int = 0
    in_a_row: int = 0
    failed: str | None = None
    """Class of the exception while the role is down, or has not yet run for as long as its pause was."""


class Supervisor:
    """Keeps the roles of one process running."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses
        self._roles: dict[str, _Role] = {}

    @property
    def restarts(self) -> dict[str, int]:
        """Number of restarts of each role since the process began."""
        return {name: role.restarts for name, role in self._roles.items()}

    @property
    def failing(self) -> dict[str, str]:
        """Roles that are down or only just restarted, with the class of the exception that ended them."""
        return {name: role.failed for name, role in self._roles.items() if role.failed is not None}

    async def keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` until cancelled, restarting it whenever it raises or returns.

        An exception that a cancelled role raises while it ends is logged, and the role ends.
        """
        role = self._roles.setdefault(name, _Role())
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            pause = self._pauses[min(role.in_a_row, len(self._pauses)) - 1] if role.in_a_row else 0.0
            well = loop.call_later(pause, _recover, role)
            try:
                await work()
                failure = "it returned"
            except (GeneratorExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                if _cancelled():
                    if not isinstance(error, asyncio.CancelledError):
                        log.exception("%s failed while it ended", name)
                    raise asyncio.CancelledError from None
                failure = type(error).__name__
                log.exception("%s failed and starts again", name)
            else:
                log.error("%s returned and starts again", name)
            finally:
                well.cancel()
            longest = self._pauses[-1]
            role.in_a_row = 1 if loop.time() - begun > longest else role.in_a_row + 1
            role.restarts, role.failed = role.restarts + 1, failure
            await asyncio.sleep(self._pauses[min(role.in_a_row, len(self._pauses)) - 1])


def _recover(role: _Role) -> None:
    role.failed = None


def _cancelled() -> bool:
    """Return whether cancellation of this task was requested, as opposed to a stray one that a library raised."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
