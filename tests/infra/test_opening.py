"""A database or bus that cannot be opened: one sentence that names the remedy, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.bus import open_bus
from infra.database import Database
from infra.errors import PlainError
from infra.storage.sqlite import DatabaseHeldError
from tests.bot.program import command


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_second_process_on_one_file_is_refused_by_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    first = Database(url)
    with pytest.raises(DatabaseHeldError) as refused:
        Database(url)
    assert str(refused.value) == (
        f"{tmp_path}/frontdesk.db is already in use by process {os.getpid()}: stop it first, "
        "or set FRONTDESK_DATABASE_URL to another file."
    )
    await first.close()
    await Database(url).close()


HOLDER = """
import sys, time
from infra.database import Database

database = Database(sys.argv[1])
print("held", flush=True)
time.sleep(600)
"""


def test_a_process_that_is_stopped_keeps_its_file_and_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/frontdesk.db"
    with subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            holder.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, holder.pid, os.WSTOPPED | os.WNOWAIT)
            said = command(tmp_path, "run", DATABASE_URL=url)
        finally:
            holder.kill()
    assert said.returncode == 2
    assert said.stderr.endswith(
        f"{tmp_path}/frontdesk.db is already in use by process {holder.pid}, which is stopped: let it go on with "
        f"`kill -CONT {holder.pid}` or end it with `kill -9 {holder.pid}`.\n"
    )


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/deeper/frontdesk.db")
    assert await database.read(lambda session: session.connection().dialect.name) == "sqlite"
    await database.close()
    assert (tmp_path / "new/deeper/frontdesk.db").exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("frontdesk.db", "FRONTDESK_DATABASE_URL is not a database address, e.g. sqlite:///var/frontdesk.db"),
        (
            "postgresql://host:port/name",
            "FRONTDESK_DATABASE_URL is not a database address, e.g. sqlite:///var/frontdesk.db",
        ),
        ("mysql://host/name", "FRONTDESK_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://"),
        ("sqlite+aiosqlite:///f.db", "FRONTDESK_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://"),
        ("sqlite://", "FRONTDESK_DATABASE_URL names no file, e.g. sqlite:///var/frontdesk.db"),
        ("sqlite:///:memory:", "FRONTDESK_DATABASE_URL names no file, e.g. sqlite:///var/frontdesk.db"),
    ],
)
def test_an_address_that_is_none(url: str, sentence: str) -> None:
    with pytest.raises(PlainError) as refused:
        Database(url)
    assert str(refused.value) == sentence


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(PlainError, match=r"file cannot be written: choose another FRONTDESK_DATABASE_URL\.$"):
        Database(f"sqlite:///{tmp_path}/file/frontdesk.db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, not a database. " * 100)
    with pytest.raises(PlainError, match=r"notes\.txt is not a SQLite database.* FRONTDESK_DATABASE_URL"):
        Database(f"sqlite:///{path}")
    with pytest.raises(PlainError):  # and not "in use": the first attempt let go
        Database(f"sqlite:///{path}")


@pytest.mark.parametrize("options", ["", "?sslmode=nonsense", "?no_such_option=1"])
def test_a_server_that_cannot_be_reached(options: str) -> None:
    with pytest.raises(PlainError) as refused:
        Database(f"postgresql://me:topsecret@127.0.0.1:{closed_port()}/frontdesk{options}")
    assert "cannot be reached: start PostgreSQL or correct FRONTDESK_DATABASE_URL." in str(refused.value)
    assert "topsecret" not in str(refused.value)


async def test_a_redis_that_cannot_be_reached_is_done_without(caplog: pytest.LogCaptureFixture) -> None:
    bus = await open_bus(f"redis://:topsecret@127.0.0.1:{closed_port()}/0")
    try:
        assert bus.degraded
        assert "Redis cannot be reached" in caplog.text
        assert "topsecret" not in caplog.text
        with bus.subscribe("inbox") as hints:
            bus.publish("inbox", "heard within the process")
            assert await hints.next(10) == "heard within the process"
    finally:
        await bus.close()


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:port/0"])
async def test_an_address_that_is_not_redis(url: str) -> None:
    with pytest.raises(PlainError, match=r"^FRONTDESK_REDIS_URL is not a Redis address, e\.g\. redis://"):
        await open_bus(url)
