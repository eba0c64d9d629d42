"""What the SQLite store promises beyond what both databases do."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from infra.database import Database
from infra.errors import PlainError
from infra.files import FileStore
from infra.storage.outages import FULL, LOCKED, outage
from tests.servers.full_disk import full_disk

PATIENCE = 60.0
PAGE = "x" * 4000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.write(lambda session: session.execute(text("CREATE TABLE line (word TEXT)")))
    yield database
    await database.close()


def _add(session: Session, word: str = "x") -> None:
    session.execute(text("INSERT INTO line VALUES (:word)"), {"word": word})


def _fill(session: Session) -> None:
    """More than fits into any journal that is there already."""
    for _ in range(2000):
        _add(session, PAGE)


async def lines(database: Database) -> int:
    return await database.read(lambda session: session.scalar(text("SELECT count(*) FROM line")) or 0)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_closed_database_says_so_and_has_done_what_it_was_asked(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.write(lambda session: session.execute(text("CREATE TABLE line (word TEXT)")))
    writing = asyncio.gather(*(database.write(_add) for _ in range(20)))
    await asyncio.sleep(0)  # now all of them wait for the writer
    await database.close()
    await writing
    with pytest.raises(RuntimeError, match="closed"):
        await database.write(_add)
    with pytest.raises(RuntimeError, match="closed"):
        await database.purge()
    again = Database(f"sqlite:///{tmp_path}/x.db")
    assert await lines(again) == 20
    await again.close()


# --- nothing ends the writer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waiting", [1, 5])
async def test_a_full_disk_fails_what_is_written_and_heals(database: Database, waiting: int) -> None:
    await database.write(_add)
    with full_disk():
        outcomes = await asyncio.gather(*(database.write(_fill) for _ in range(waiting)), return_exceptions=True)
        assert [isinstance(outcome, DBAPIError) for outcome in outcomes] == [True] * waiting
        with pytest.raises((DBAPIError, OSError)) as full:
            await database.probe()
        assert outage(full.value)
        assert await lines(database) == 1
    await database.write(_add)
    await database.probe()
    assert await lines(database) == 2


async def test_a_journal_that_cannot_be_emptied_on_a_full_disk_is_emptied_later(
    database: Database, tmp_path: Path
) -> None:
    journal = tmp_path / "x.db-wal"
    await database.write(lambda session: _add(session, "my secret"))
    await database.write(lambda session: session.execute(text("DELETE FROM line")))
    with full_disk():
        async with asyncio.timeout(PATIENCE):
            await database.purge()
        assert b"my secret" in journal.read_bytes()
        assert await lines(database) == 0
    await database.write(_add)
    await until(lambda: b"my secret" not in journal.read_bytes())
    assert b"my secret" not in (tmp_path / "x.db").read_bytes()


async def test_a_journal_that_a_reader_needs_is_emptied_once_it_has_gone(database: Database, tmp_path: Path) -> None:
    reader = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM line").fetchall()
    await database.write(_add)
    reader.execute("COMMIT")
    reader.close()
    await database.purge()
    assert (tmp_path / "x.db-wal").stat().st_size == 0


def _exits(_session: Session) -> NoReturn:
    raise SystemExit(3)


def _cancels(_session: Session) -> NoReturn:
    raise asyncio.CancelledError


def _ends_a_generator(_session: Session) -> NoReturn:
    raise StopIteration


@pytest.mark.parametrize("work", [_exits, _cancels, _ends_a_generator])
@pytest.mark.parametrize("others", [0, 4])
async def test_what_would_end_a_thread_is_an_error_of_its_caller(
    database: Database, work: Callable[[Session], None], others: int
) -> None:
    outcomes = await asyncio.gather(
        database.write(work), *(database.write(_add) for _ in range(others)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [RuntimeError, *([type(None)] * others)]
    await database.write(_add)
    assert await lines(database) == others + 1


def _breaks_the_connection(session: Session) -> None:
    driver = session.connection().connection.driver_connection
    assert driver is not None
    driver.close()


async def test_a_connection_that_broke_is_opened_again_and_counted(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.write(_breaks_the_connection)
    await until(lambda: database.restarts == 1)
    await database.write(_add)
    assert await lines(database) == 1
    assert database.restarts == 1


async def test_a_transaction_that_is_left_open_is_the_end_of_its_connection_alone(database: Database) -> None:
    def leaves_open(session: Session) -> None:
        cursor = session.connection().connection.cursor()
        cursor.execute("COMMIT")
        cursor.execute("CREATE TABLE line (word TEXT)")  # refused: it is there

    with pytest.raises(Exception, match="already exists"):
        await database.write(leaves_open)
    await database.write(_add)
    assert await lines(database) == 1


async def test_a_reader_that_would_end_its_thread_fails_alone(database: Database) -> None:
    with pytest.raises(RuntimeError, match="SystemExit"):
        await database.read(_exits)
    assert await lines(database) == 0


def test_an_answer_that_nobody_waits_for_harms_nobody(tmp_path: Path) -> None:
    """The loop of a caller has ended when its work is done."""
    database = Database(f"sqlite:///{tmp_path}/x.db")
    go_on = threading.Event()

    def slow(session: Session) -> None:
        session.execute(text("CREATE TABLE line (word TEXT)"))
        go_on.wait(PATIENCE)

    async def ask() -> None:
        task = asyncio.create_task(database.write(slow))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(ask())
    go_on.set()

    async def rest() -> int:
        await database.write(_add)
        try:
            return await lines(database)
        finally:
            await database.close()

    assert asyncio.run(rest()) == 1
    assert database.restarts == 0


async def test_a_file_that_another_process_has_locked_is_said_to_be_so(database: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError) as locked:
        await database.probe()
    assert outage(locked.value) == LOCKED
    other.execute("ROLLBACK")
    other.close()
    await database.probe()


async def test_a_disk_without_room_is_full_before_the_journal_is(database: Database) -> None:
    """A journal that is large already takes small writes for a while."""
    await database.write(_fill)
    await database.purge()
    with full_disk(room=64 * 1024):
        await database.write(_add)
        with pytest.raises(OSError) as full:  # noqa: PT011 - the number tells
            await database.probe()
    assert outage(full.value) == FULL


async def test_a_start_on_a_full_disk_names_the_disk(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    for _ in range(2):
        with full_disk(), pytest.raises(PlainError) as full:
            Database(url)
        assert str(full.value) == "The disk is full: make room and try again."
    await Database(url).close()


# --- others cannot read it --------------------------------------------------------------------------------------------


def rights(folder: Path) -> dict[str, str]:
    return {path.name: f"{stat.S_IMODE(path.stat().st_mode):o}" for path in folder.iterdir()}


async def test_a_new_database_is_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deeper"
    database = Database(f"sqlite:///{folder}/x.db")
    await database.write(lambda session: session.execute(text("CREATE TABLE line (word TEXT)")))
    assert rights(folder) == dict.fromkeys(["x.db", "x.db-wal", "x.db-shm", "x.db.lock"], "600")
    assert rights(folder.parent) == {"deeper": "700"}
    assert rights(tmp_path) == {"new": "700"}
    await database.close()


@pytest.fixture
def open_to_all(tmp_path: Path) -> Path:
    """A folder with the files of an earlier version."""
    tmp_path.chmod(0o755)
    for name in ("x.db", "x.db.lock", "x.db.index"):
        (tmp_path / name).touch(0o644)
    return tmp_path


async def test_a_database_that_others_could_read_is_closed_to_them(open_to_all: Path) -> None:
    database = Database(f"sqlite:///{open_to_all}/x.db")
    await database.write(lambda session: session.execute(text("CREATE TABLE line (word TEXT)")))
    assert set(rights(open_to_all).values()) == {"600"}
    # A folder that was there is its owner's affair.
    assert rights(open_to_all.parent)[open_to_all.name] == "755"
    await database.close()


def test_a_stored_file_is_the_owners_alone(tmp_path: Path) -> None:
    with FileStore(tmp_path / "files").incoming(10) as incoming:
        incoming.write(b"private")
        key = incoming.keep().key
    assert rights(tmp_path) == {"files": "700"}
    assert rights(tmp_path / "files") == {key[:2]: "700"}
    assert rights(tmp_path / "files" / key[:2]) == {key: "600"}
