"""Hashing and checking of passwords, apart from everything else that the program does.

An argon2id hash costs 64 MiB and a tenth of a second of every core on purpose. One thread of low priority computes one
after the other, and only so many may wait: whoever floods the sign-in page slows down signing in and nothing else.
"""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from infra.errors import PlainError

T = TypeVar("T")

MOST_WAITING = 8
"""Passwords that are hashed or wait for it."""
MOST_UNTRUSTED = 5
"""Those of them that may come from unknown devices; the other places are for agents on their own machines."""
RETRY_AFTER = 5
"""Seconds after which somebody who was sent away may try again."""
_NICE = 19
# The hash of nobody's password, so that checking one for an unknown address costs the same time as for a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0BBs9mcFW6jZi9rOjjMYAg$xK2icdhL+I0Pxb3xATVyAjtHRqjXzdhYJQbc/oocufM"


class PasswordsBusyError(PlainError):
    """Too many passwords are being checked; nothing was done."""

    def __init__(self) -> None:
        super().__init__("Too many people are signing in at this moment: try again in a few seconds.")


class Passwords:
    """Computes hashes in a thread of its own; made once for a process."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = threading.Semaphore(MOST_WAITING)
        self._untrusted_places = threading.Semaphore(MOST_UNTRUSTED)
        self._thread = ThreadPoolExecutor(1, "passwords", initializer=_yield_to_others)

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises PasswordsBusyError."""
        return await self._compute(lambda: self._hasher.hash(password), self._places)

    async def verify(self, password_hash: str, password: str, *, trusted: bool) -> bool:
        """Check a password; an empty hash matches none and takes the same time.

        `trusted` says that the try comes from a device on which this agent signed in before.

        Raises:
            PasswordsBusyError: too many others wait.
        """

        def check() -> bool:
            try:
                return self._hasher.verify(password_hash or _NOBODY, password) and bool(password_hash)
            except (VerificationError, InvalidHashError):
                return False

        places = (self._places,) if trusted else (self._untrusted_places, self._places)
        return await self._compute(check, *places)

    async def _compute(self, work: Callable[[], T], *places: threading.Semaphore) -> T:
        taken = list[threading.Semaphore]()

        def leave(_done: object = None) -> None:
            for place in taken:
                place.release()

        for place in places:
            if not place.acquire(blocking=False):
                leave()
                raise PasswordsBusyError
            taken.append(place)
        computing: Future[T] = self._thread.submit(work)
        computing.add_done_callback(leave)  # not when the caller gives up: the hash is computed all the same
        return await asyncio.wrap_future(computing)


def _yield_to_others() -> None:
    """Give this thread, and those that argon2 starts from it, the lowest priority (on Linux, where threads have one)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
