"""How the process keeps its memory, told to the C library and to Python's collector.

Both only ever cost less by it: where the C library knows of no such thing (macOS, musl), nothing happens.
"""

import contextlib
import ctypes
import gc

_ARENAS = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def share_one_arena() -> None:
    """Let all threads allocate from one place: call before there are any.

    glibc would give each thread a heap of its own, and what one thread frees there no other one uses: several megabytes
    after a matcher was built. Python's threads take turns anyway, so they do not wait for each other here.
    """
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 1)


def settle() -> None:
    """Call once everything that stays is built: give back what the building needed, and look at the rest no more.

    The modules and tables of a started process live as long as it does; unfrozen, each full collection would search all
    of them again and hold up everybody for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
