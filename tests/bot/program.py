"""`frontdesk` as a process of its own, as an operator starts it.

Most starts are forks of a process that has imported everything (`tests/servers/forks.py`): the imports take longer
than what these tests look at. `InstalledProgram` is started as it is installed.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from bot.program.settings import PREFIX
from tests.canary import canary
from tests.servers.forks import Command

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 90.0
"""Seconds after which silence is a failure; far longer than a busy machine takes."""


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a process of the program sees: these settings and no others, SQLite in `folder` unless said otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {"DATABASE_URL": f"sqlite:///{folder}/frontdesk.db", "PORT": "0", **settings}
    # The folder may hold settings files; the code is found all the same.
    return {**kept, "PYTHONPATH": str(REPOSITORY)} | {PREFIX + name: value for name, value in given.items()}


def command(folder: Path, *arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    process = Command(arguments, folder, environment(folder, **settings), given)
    try:
        code = process.wait(60)
        output, errors = process.output.read_text("utf-8"), process.errors.read_text("utf-8")
    finally:
        process.kill()
        process.close()
    if "Traceback" in errors:
        canary.search(errors)
    return subprocess.CompletedProcess(["frontdesk", *arguments], code, output, errors)


class _Installed:
    """`python -m bot`, used as a `Command`."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> None:
        self._streams = tempfile.TemporaryDirectory()
        self.output, self.errors = Path(self._streams.name) / "out", Path(self._streams.name) / "err"
        with self.output.open("w") as output, self.errors.open("w") as errors:
            start = [sys.executable, "-m", "bot", *arguments]
            self._process = subprocess.Popen(start, cwd=folder, env=environment, stdout=output, stderr=errors)
        self.pid = self._process.pid
        self.poll, self.wait, self.kill = self._process.poll, self._process.wait, self._process.kill
        self.send_signal, self.close = self._process.send_signal, self._streams.cleanup


class Program:
    """`frontdesk run …`, started and waited for; `address` is where its pages are."""

    _start: "type[Command | _Installed]" = Command

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.folder = folder
        self._process = self._start(arguments, folder, environment(folder, **settings))
        self._log: str | None = None
        self.said = self._until_open()
        found = re.search(r"open: (http://\S+)/", self.said)
        self.address = found[1] if found else ""
        self.client = httpx.Client(base_url=self.address, timeout=60) if self.address else None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        return self._process.errors.read_text("utf-8") if self._log is None else self._log

    def get(self, path: str, **headers: str) -> httpx.Response:
        assert self.client is not None
        return self.client.get(path, headers=headers)

    def post(self, path: str, body: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
        assert self.client is not None
        return self.client.post(path, json=body)

    def stop(self) -> int:
        """Ask it to end, and return the exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=PATIENCE)
        finally:
            self.close()

    def close(self) -> None:
        """Whatever state it is in, leave nothing behind."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self.client:
            self.client.close()
        if self._log is None:
            self._log = self.log
            canary.search(self._log)
            self._process.close()

    def _until_open(self) -> str:
        """Read what it prints until it says what it serves, to the last line."""
        while True:
            code = self._process.poll()
            said = self._process.output.read_text("utf-8")
            if re.search(r"The help page: .*\n|Frontdesk serves .*\n", said):
                return said
            assert code is None, f"it ended with {code}: {self.log}"
            time.sleep(0.02)


class InstalledProgram(Program):
    """The same by a new Python, as an operator starts it."""

    _start = _Installed


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.05)
