"""1,100 idle connections, as one machine can open them, against the program as an operator starts it."""

import resource
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.bot.program import Program

pytestmark = pytest.mark.soak
IDLE = 1100


def test_idle_connections_do_not_stop_the_pages(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * IDLE)), hard))
    program = Program(tmp_path, "run", FILES_DIR=str(tmp_path / "files"))
    with ExitStack() as stack:
        stack.callback(program.stop)
        host, port = program.address.removeprefix("http://").split(":")
        before = program.log
        assert httpx.get(f"{program.address}/help", timeout=20).status_code == 200
        for _ in range(IDLE):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
        for path in ("/help", "/desk/login", "/healthz"):
            assert httpx.get(program.address + path, timeout=20).status_code == 200
        assert program.log == before
