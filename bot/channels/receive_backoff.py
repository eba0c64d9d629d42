"""How a channel bears trouble: waits longer each time, tells of it when it lasts, and tells when it is over."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels import Inlet, RawEvent

log = logging.getLogger(__name__)

PATIENCE = 3
"""Failures in a row after which a passing trouble is worth telling."""
SLOWED = "the platform asks us to come back later; trying again by itself"
NOT_STORED = "what arrives cannot be stored at present; it stays with the platform and is fetched again"


class NotStoredError(Exception):
    """The inlet kept nothing, so nothing was acknowledged."""


async def keep(inlet: Inlet, events: Sequence[RawEvent], cursor: str | None = None) -> None:
    """Store, or raise NotStoredError whatever the reason: a caller tells it thus from the platform's own failures."""
    try:
        await inlet.store(events, cursor)
    except Exception as error:
        # Not the error's text: a database quotes in it what it could not store.
        raise NotStoredError(type(error).__name__) from error


async def stored_cursor(inlet: Inlet) -> str | None:
    """The stored cursor, or NotStoredError when it cannot be read."""
    try:
        return await inlet.cursor()
    except Exception as error:
        raise NotStoredError(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a channel waits, in seconds; only tests have a reason to be less patient."""

    first: float = 1.0
    longest: float = 30.0
    rejected: float = 45.0
    """Before a rejected token or a taken account is tried again."""
    watch: float = 60.0
    """Between looks at whether the platform still delivers to our webhook."""


class ReceiveBackoff:
    """The state of one channel's receiving, told to its inlet only when it changes."""

    def __init__(self, account: str, inlet: Inlet, pauses: Pauses) -> None:
        self._account = account
        self._inlet = inlet
        self._pauses = pauses
        self._failures = 0
        # What a previous process told last is unknown, so the first news is always told.
        self._told: str | None = "not told yet"

    async def passing(self, problem: str) -> None:
        """Something that usually heals by itself: wait, and tell from the third time on."""
        self._failures += 1
        if self._failures >= PATIENCE:
            await self._tell(problem)
        pause = min(self._pauses.longest, self._pauses.first * 2 ** min(self._failures - 1, 10))
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads retries, guards nothing

    async def lasting(self, problem: str) -> None:
        """Something that a person must mend: tell at once, and look again after a good while."""
        self._failures += 1
        await self._tell(problem)
        await asyncio.sleep(self._pauses.rejected * random.uniform(0.8, 1.2))  # noqa: S311 - as above

    async def asked_to_wait(self, seconds: float) -> None:
        """The platform named the pause itself; a long one is told at once."""
        self._failures += 1
        if self._failures >= PATIENCE or seconds >= self._pauses.longest:
            await self._tell(SLOWED)
        await asyncio.sleep(seconds)

    async def over(self, notice: str | None = None) -> None:
        """Receiving works; `notice` is what is still amiss with it, if anything."""
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
