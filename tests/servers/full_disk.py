"""Simulation of a full disk by a limit on the size of files, which also holds for root."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_disk(pid: int = 0, room: int = 0) -> Iterator[None]:
    """No file of the process (0: this one) grows beyond `room` bytes while the block runs."""
    _, most = resource.prlimit(pid or os.getpid(), resource.RLIMIT_FSIZE)
    before = resource.prlimit(pid or os.getpid(), resource.RLIMIT_FSIZE, (room, most))
    try:
        yield
    finally:
        resource.prlimit(pid or os.getpid(), resource.RLIMIT_FSIZE, before)
