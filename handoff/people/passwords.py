"""Hashing and verification of passwords, isolated from the rest of the program.

An argon2id hash costs 19 MiB and a twentieth of a second of one core on purpose. One thread computes one after the
other, and the queue is limited. Its low priority applies only among the threads of one session or control group, so
the thread also rests after each check for an unknown device: a flood of sign-in requests delays only signing in.
"""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from infra.errors import PlainError

T = TypeVar("T")

MOST_WAITING = 8
"""Limit of passwords being hashed or waiting."""
MOST_UNTRUSTED = 5
"""Share of them for unknown devices; the other places are for agents on their own machines."""
UNTRUSTED_SHARE = 0.1
"""Share of the time that checks for unknown devices may take."""
FLOODED_SHARE = 0.03
"""The same while more of them arrive than may wait: then a check delays fewer than one contact in twenty."""
LONGEST_REST = 4.0
"""Seconds."""
RETRY_AFTER = 5
"""Seconds after which a refused caller may try again."""
_NICE = 19
# Hash of a random password, so that checking one for an unknown address takes the same time as for a known one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$NU6atAYCoBagL9i3KLrb3Q$gyJrVPp4WSpR9rQ2gBytFjddRGc3i2l4WpLWx2UVWws"


def create_hasher() -> PasswordHasher:
    """Return argon2id at the cost that the OWASP Password Storage Cheat Sheet recommends.

    Two passes over 19 MiB in one thread, which leaves the other cores to contacts.
    """
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordsBusyError(PlainError):
    """Too many passwords are being checked; nothing was done."""

    def __init__(self) -> None:
        super().__init__("Too many people are signing in at this moment: try again in a few seconds.")


class Passwords:
    """Computes hashes in a thread of its own; created once per process."""

    def __init__(
        self,
        hasher: PasswordHasher | None = None,
        *,
        untrusted_share: float = UNTRUSTED_SHARE,
        longest_rest: float = LONGEST_REST,
    ) -> None:
        self._hasher = hasher or create_hasher()
        self._untrusted_share = untrusted_share
        self._longest_rest = longest_rest
        self._trusted_waiting = 0
        self._flooded = False
        """A check for an unknown device was refused since the last rest."""
        self._trusted_came = threading.Condition()
        self._places = threading.Semaphore(MOST_WAITING)
        self._untrusted_places = threading.Semaphore(MOST_UNTRUSTED)
        self._thread = ThreadPoolExecutor(1, "passwords", initializer=_yield_to_others)

    async def hash(self, password: str) -> str:
        """Return the hash to store. Raises PasswordsBusyError."""
        with self.place(trusted=True) as place:
            return await place.compute(lambda: self._hasher.hash(password))

    async def verify(self, password_hash: str, password: str, *, trusted: bool) -> bool:
        """Check a password; an empty hash matches none and takes the same time.

        `trusted` means that the try comes from a device on which this agent signed in before.

        Raises:
            PasswordsBusyError: too many others wait.
        """
        with self.place(trusted=trusted) as place:
            return await place.verify(password_hash, password)

    async def renew(self, password_hash: str, password: str) -> str | None:
        """Hash a password that is right again if the stored hash has another cost than new ones; None if it has not.

        A costlier hash would give away, by the time of a wrong try, that the account exists. Where too many others
        wait, the next sign-in renews it.
        """
        if not self._hasher.check_needs_rehash(password_hash):
            return None
        with contextlib.suppress(PasswordsBusyError):
            return await self.hash(password)
        return None

    @contextlib.contextmanager
    def place(self, *, trusted: bool) -> Iterator["Place"]:
        """Reserve a place in the queue, so that the data for a check is fetched only when it can be made.

        Raises:
            PasswordsBusyError: too many others wait.
        """
        wanted = (self._places,) if trusted else (self._untrusted_places, self._places)
        taken = list[threading.Semaphore]()
        for semaphore in wanted:
            if not semaphore.acquire(blocking=False):
                _release(taken)
                self._flooded = not trusted
                raise PasswordsBusyError
            taken.append(semaphore)
        place = Place(self, taken, trusted=trusted)
        try:
            yield place
        finally:
            if not place.computes:
                _release(taken)

    def submit(self, work: Callable[[], T], taken: Sequence[threading.Semaphore], *, trusted: bool) -> "Future[T]":
        """Compute after earlier submissions; the place is freed afterwards, even if the caller gives up."""
        if trusted:
            with self._trusted_came:
                self._trusted_waiting += 1
                self._trusted_came.notify()
        spent = [0.0]
        computing: Future[T] = self._thread.submit(self._timed, work, spent, trusted)
        computing.add_done_callback(lambda _: _release(taken))
        if not trusted:
            self._thread.submit(self._rest, spent)
        return computing

    def check(self, password_hash: str, password: str) -> bool:
        """Compare in the calling thread."""
        try:
            return self._hasher.verify(password_hash or _NOBODY, password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False

    def _timed(self, work: Callable[[], T], spent: list[float], trusted: bool) -> T:
        if trusted:
            with self._trusted_came:
                self._trusted_waiting -= 1
        began = time.monotonic()
        try:
            return work()
        finally:
            spent[0] = time.monotonic() - began

    def _rest(self, spent: list[float]) -> None:
        """Leave the processor to others for a while; end at once if a known device or a new password waits."""
        share = self._untrusted_share * (FLOODED_SHARE / UNTRUSTED_SHARE if self._flooded else 1)
        self._flooded = False
        seconds = min(spent[0] * (1 / share - 1), self._longest_rest)
        with self._trusted_came:
            self._trusted_came.wait_for(lambda: self._trusted_waiting > 0, seconds)


class Place:
    """A place in the queue for one computation."""

    def __init__(self, passwords: Passwords, taken: Sequence[threading.Semaphore], *, trusted: bool) -> None:
        self._passwords = passwords
        self._taken = taken
        self._trusted = trusted
        self.computes = False

    async def verify(self, password_hash: str, password: str) -> bool:
        """Check a password as `Passwords.verify` does."""
        return await self.compute(lambda: self._passwords.check(password_hash, password))

    async def compute(self, work: Callable[[], T]) -> T:
        self.computes = True
        return await asyncio.wrap_future(self._passwords.submit(work, self._taken, trusted=self._trusted))


def _release(taken: Sequence[threading.Semaphore]) -> None:
    for semaphore in taken:
        semaphore.release()


def _yield_to_others() -> None:
    """Lower the priority of this thread, and of those that argon2 starts from it (Linux only)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
