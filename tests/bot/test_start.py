"""Startup of the program: it can be interrupted at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot.program import PATIENCE, command, environment

SIGTERM_BIT = 1 << (signal.SIGTERM - 1)


def _as_the_first_of_a_container() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as the kernel does for process 1: without a handler, nothing


@contextmanager
def starting(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_as_the_first_of_a_container,  # noqa: PLW1509 - sets a signal and no more
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def hears_sigterm(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) & SIGTERM_BIT)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to see which signals a process heeds")
def test_a_start_that_is_asked_to_end_ends(tmp_path: Path) -> None:
    with starting(tmp_path, "run") as process:
        deadline = time.monotonic() + PATIENCE
        while not hears_sigterm(process.pid):
            assert process.poll() is None
            assert time.monotonic() < deadline
        # Long before the program is open, and before it has imported what takes time.
        maps = Path(f"/proc/{process.pid}/maps").read_text("utf-8")
        assert "pydantic" not in maps
        os.kill(process.pid, signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 128 + signal.SIGTERM
        assert said == ""


def test_a_folder_of_files_that_cannot_be_written_is_said_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    refused = command(tmp_path, "run", FILES_DIR="file/files")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines()[-1] == "file/files cannot be written: choose another FRONTDESK_FILES_DIR."
