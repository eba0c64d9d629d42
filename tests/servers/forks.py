"""Processes of the program that start fast: each is forked from a server that has imported everything once."""

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["bot.__main__", "bot.cli.main", "bot.cli.run", "bot.program.roles", "tests.servers.forks"]
)


def fork(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A process that calls `target` once it is started."""
    return _PROCESSES.Process(target=target, args=arguments)


class Command:
    """`frontdesk` with some arguments; used as a `subprocess.Popen` whose output goes to files."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: dict[str, str], given: str = "") -> None:
        self._streams = tempfile.TemporaryDirectory()
        self.input, self.output, self.errors = (Path(self._streams.name) / name for name in ("in", "out", "err"))
        self.input.write_text(given, "utf-8")
        self.output.touch()
        self.errors.touch()
        streams = tuple(map(str, (self.input, self.output, self.errors)))
        self._process = fork(_run, tuple(arguments), str(folder), environment, streams)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one; TimeoutError after so many seconds without."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} did not end in {timeout} s")
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Remove what it wrote."""
        self._streams.cleanup()


def _run(arguments: tuple[str, ...], folder: str, environment: dict[str, str], streams: tuple[str, str, str]) -> None:
    """Turn the forked process into `python -m bot` after its imports."""
    from bot.__main__ import main  # noqa: PLC0415 - here and not in the process of the tests

    for number, (path, mode) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        opened = os.open(path, mode | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["frontdesk", *arguments]
    main()
