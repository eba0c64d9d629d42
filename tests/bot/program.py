"""`frontdesk` as a process of its own, as an operator starts it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bot.program.settings import PREFIX
from tests.canary import canary

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 30.0


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a process of the program sees: these settings and no others, SQLite in `folder` unless said otherwise."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {"DATABASE_URL": f"sqlite:///{folder}/frontdesk.db", "PORT": "0", **settings}
    # The folder may hold settings files; the code is found all the same.
    return {**kept, "PYTHONPATH": str(REPOSITORY)} | {PREFIX + name: value for name, value in given.items()}


def command(folder: Path, *arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    run = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(folder, **settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Traceback" in run.stderr:
        canary.search(run.stderr)
    return run


class Program:
    """`frontdesk run …`, started and waited for; `address` is where its pages are."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.folder = folder
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=folder,
            env=environment(folder, **settings),
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.said = self._until_open()
        found = re.search(r"open: (http://\S+)/", self.said)
        self.address = found[1] if found else ""
        self.client = httpx.Client(base_url=self.address, timeout=20) if self.address else None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()

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
            return self._process.wait(timeout=10)
        finally:
            self.close()

    def close(self) -> None:
        """Whatever state it is in, leave nothing behind."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        if self.client:
            self.client.close()
        if not self._log.closed:
            canary.search(self.log)
        self._log.close()

    def _until_open(self) -> str:
        """Read what it prints until it says what it serves, to the last line."""
        assert self._process.stdout is not None
        said = ""
        while not re.search(r"The help page: .*\n|Frontdesk serves .*\n", said):
            line = self._process.stdout.readline()
            assert line, f"it ended with {self._process.wait()}: {self.log}"
            said += line
        return said


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.05)
