"""What a started process tells the C library and the collector, each in a process of its own: neither can be untold."""

import subprocess
import sys

import pytest

THREADS = """
import ctypes, sys, threading
from infra.heap import share_one_arena

if sys.argv[1] == "shared":
    share_one_arena()
# Past the size that Python keeps for itself, and all at once, so that each thread is in need of a place of its own.
meeting = threading.Barrier(4)
kept = []
def allocate():
    meeting.wait()
    kept.extend(bytes(5000) for _ in range(100))
    meeting.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""

FROZEN = """
import gc
from infra.heap import settle

kept = [[] for _ in range(1000)]
settle()
print(gc.get_freeze_count() > 1000, any(one is kept for one in gc.get_objects()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="arenas are a matter of glibc")
def test_all_threads_allocate_from_one_place() -> None:
    def places(how: str) -> int:
        return run(THREADS, how).count("<heap nr=")

    assert places("apart") > 1
    assert places("shared") == 1


def test_what_is_there_after_the_start_is_not_searched_again() -> None:
    assert run(FROZEN).split() == ["True", "False"]


def run(code: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True).stdout
