"""Back-off of a channel's receiving: growing pauses, reports of lasting failures and of recovery."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels import Inlet, RawEvent

log = logging.getLogger(__name__)

PATIENCE = 3
"""Consecutive failures after which a temporary problem is reported."""
SLOWED = "the platform asks us to come back later; trying again by itself"
NOT_STORED = "what arrives cannot be stored at present; it stays with the platform and is fetched again"


class NotStoredError(Exception):
    """The inlet stored nothing, so nothing was acknowledged."""


async def keep(inlet: Inlet, events: Sequence[RawEvent], cursor: str | None = None) -> None:
    """Store the events. Raises NotStoredError for any failure, which sets it apart from the platform's failures."""
    try:
        await inlet.store(events, cursor)
    except Exception as error:
        # The error's text is not logged: a database quotes the values that it could not store.
        raise NotStoredError(type(error).__name__) from error


async def stored_cursor(inlet: Inlet) -> str | None:
    """Return the stored cursor. Raises NotStoredError when it cannot be read."""
    try:
        return await inlet.cursor()
    except Exception as error:
        raise NotStoredError(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pauses of a channel, in seconds; only tests use shorter ones."""

    first: float = 1.0
    longest: float = 30.0
    rejected: float = 45.0
    """Before the retry of a rejected token or an account in use elsewhere."""
    watch: float = 60.0
    """Between checks that the platform still delivers to our webhook."""


class ReceiveBackoff:
    """The state of one channel's receiving, reported to its inlet only when it changes."""

    def __init__(self, account: str, inlet: Inlet, pauses: Pauses) -> None:
        self._account = account
        self._inlet = inlet
        self._pauses = pauses
        self._failures = 0
        # The last report of a previous process is unknown, so the first one is always made.
        self._told: str | None = "not reported yet"

    async def passing(self, problem: str) -> None:
        """Handle a temporary problem: wait, and report it from the third time on."""
        self._failures += 1
        if self._failures >= PATIENCE:
            await self._tell(problem)
        pause = min(self._pauses.longest, self._pauses.first * 2 ** min(self._failures - 1, 10))
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads retries, guards nothing

    async def lasting(self, problem: str) -> None:
        """Handle a problem that a person must fix: report it at once and wait `rejected` seconds."""
        self._failures += 1
        await self._tell(problem)
        await asyncio.sleep(self._pauses.rejected * random.uniform(0.8, 1.2))  # noqa: S311 - as above

    async def asked_to_wait(self, seconds: float) -> None:
        """Wait as long as the platform asked; a long pause is reported at once."""
        self._failures += 1
        if self._failures >= PATIENCE or seconds >= self._pauses.longest:
            await self._tell(SLOWED)
        await asyncio.sleep(seconds)

    async def over(self, notice: str | None = None) -> None:
        """Report that receiving works; `notice` is a remaining defect, if any."""
        self._failures = 0
        await self._tell(notice)

    async def _tell(self, problem: str | None) -> None:
        if problem == self._told:
            return
        try:
            await self._inlet.report(problem)
        except Exception as error:  # noqa: BLE001 - a report that cannot be kept must not stop receiving
            log.warning("%s: a report was not kept: %s", self._account, type(error).__name__)
            return
        self._told = problem
        if problem:
            log.warning("%s: %s", self._account, problem)
