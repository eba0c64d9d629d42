"""Memory tuning of the process: settings for the C library and for Python's collector.

Both only ever save memory or time; if the C library does not support them (macOS, musl), nothing happens.
"""

import contextlib
import ctypes
import gc

_ARENAS = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def share_one_arena() -> None:
    """Let all threads allocate from one arena; call it before there are any threads.

    glibc would give each thread an arena of its own, and memory that one thread frees there is not reused by others:
    several megabytes after a matcher was built. Python's threads take turns anyway, so they do not contend for it.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 1)


def settle() -> None:
    """Release memory after startup and exempt what is left from collection; call it once all long-lived objects exist.

    The modules and tables of a started process live as long as it does. Without the freeze, each full collection would
    scan all of them again and block the process for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
