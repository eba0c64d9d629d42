"""PostgreSQL goes away, comes back, breaks connections and finds deadlocks: what a unit of work makes of it."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from infra.database import Database, Held
from infra.storage.leases import LeaseRow, LostHoldError
from infra.storage.rows import table
from tests.infra.rows import Base, Note, adding, count, texts
from tests.servers.postgres import Postgres

REPOSITORY = Path(__file__).parents[2]
HOLDER = """
import asyncio, sys
from infra.database import Database

async def hold(_held):
    print("held", flush=True)
    await asyncio.sleep(600)

asyncio.run(Database(sys.argv[1]).exclusively("the bot", hold))
"""


@pytest.fixture
async def database(mortal_postgres: Postgres) -> AsyncIterator[Database]:
    database = Database(mortal_postgres.url())
    Base.metadata.create_all(database.engine)
    table(LeaseRow).create(database.engine, checkfirst=True)
    await database.write(lambda session: session.execute(delete(Note)))
    yield database
    await database.close()


def cut(session: Session) -> None:
    """The server ends the session's connection, as an administrator or a failing network does."""
    own = session.scalar(text("SELECT pg_backend_pid()"))
    address = session.get_bind().engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (own,))


async def test_a_connection_lost_before_the_commit_is_made_good(database: Database) -> None:
    runs = 0

    def work(session: Session) -> int:
        nonlocal runs
        runs += 1
        number = adding("once")(session)
        if runs == 1:
            cut(session)
        session.execute(text("SELECT 1"))
        return number

    await database.write(work)
    assert runs == 2
    assert await texts(database) == ["once"]


async def test_a_commit_whose_end_is_unknown_is_never_repeated(database: Database) -> None:
    runs = 0

    def work(session: Session) -> None:
        nonlocal runs
        runs += 1
        adding("perhaps")(session)
        cut(session)

    with pytest.raises(DBAPIError):
        await database.write(work)
    assert runs == 1
    assert await texts(database) == []


async def test_a_deadlock_is_resolved_by_running_one_again(database: Database) -> None:
    first, second = await database.write(adding("a")), await database.write(adding("b"))
    both, one_is_through = threading.Barrier(2), threading.Event()
    runs: list[int] = []

    def crossing(near: int, far: int, mark: str) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            runs.append(near)
            again = len(runs) > 2
            if again:
                one_is_through.wait(10)  # or it might be the victim again
            session.execute(update(Note).where(Note.id == near).values(text=Note.text + mark))
            if not again:
                both.wait(10)
            session.execute(update(Note).where(Note.id == far).values(text=Note.text + mark))
            one_is_through.set()

        return work

    await asyncio.gather(database.write(crossing(first, second, "1")), database.write(crossing(second, first, "2")))
    assert len(runs) == 3
    assert sorted("".join(sorted(words)) for words in await texts(database)) == ["12a", "12b"]


async def test_a_server_that_was_killed_is_used_again_when_it_is_back(
    database: Database, mortal_postgres: Postgres
) -> None:
    await asyncio.gather(*(database.write(adding(str(number))) for number in range(8)))  # every connection is open
    mortal_postgres.kill()
    with pytest.raises(DBAPIError):
        await database.write(adding("while it is away"))
    with pytest.raises(DBAPIError):
        await database.read(count)
    await asyncio.to_thread(mortal_postgres.start)
    await asyncio.gather(*(database.write(adding(f"again {number}")) for number in range(8)))
    assert await database.read(count) == 16


async def test_reading_goes_on_after_connections_were_lost_at_rest(
    database: Database, mortal_postgres: Postgres
) -> None:
    await asyncio.gather(*(database.write(adding(str(number))) for number in range(8)))  # every connection is open
    mortal_postgres.kill()
    await asyncio.to_thread(mortal_postgres.start)
    assert await asyncio.gather(*(database.read(count) for _ in range(8))) == [8] * 8


async def test_a_name_is_held_by_one_at_a_time(database: Database, mortal_postgres: Postgres) -> None:
    other, told = Database(mortal_postgres.url()), list[str]()
    first_may_go, holding = asyncio.Event(), asyncio.Event()

    async def first(_held: Held) -> None:
        told.append("first")
        holding.set()
        await first_may_go.wait()
        told.append("first ends")

    async def second(_held: Held) -> None:
        told.append("second")

    async def unrelated(_held: Held) -> None:
        told.append("unrelated")

    one = asyncio.create_task(database.exclusively("the bot", first))
    await holding.wait()
    two = asyncio.create_task(other.exclusively("the bot", second))
    await other.exclusively("another bot", unrelated)
    first_may_go.set()
    await asyncio.gather(one, two)
    await other.close()
    assert told == ["first", "unrelated", "first ends", "second"]


async def test_a_process_that_dies_lets_go(database: Database, mortal_postgres: Postgres) -> None:
    command = [sys.executable, "-c", HOLDER, mortal_postgres.url()]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as holder:  # noqa: ASYNC220 - ends here
        assert holder.stdout is not None
        assert await asyncio.to_thread(holder.stdout.readline) == b"held\n"
        ours = asyncio.Event()

        async def work(_held: Held) -> None:
            ours.set()

        waiting = asyncio.create_task(database.exclusively("the bot", work))
        await database.read(count)  # it has had its chance
        assert not ours.is_set()
        holder.kill()
        async with asyncio.timeout(60):
            await waiting
        assert ours.is_set()


def lapse(session: Session) -> None:
    """Let as much time pass at the server as a lease lasts."""
    session.execute(text("UPDATE lease SET expires_at = now() - interval '1 second'"))


async def test_a_process_that_is_stopped_is_replaced(database: Database, mortal_postgres: Postgres) -> None:
    command = [sys.executable, "-c", HOLDER, mortal_postgres.url()]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as holder:  # noqa: ASYNC220 - ends here
        assert holder.stdout is not None
        assert await asyncio.to_thread(holder.stdout.readline) == b"held\n"
        holder.send_signal(signal.SIGSTOP)
        try:
            ours = asyncio.Event()

            async def work(_held: Held) -> None:
                ours.set()

            waiting = asyncio.create_task(database.exclusively("the bot", work))
            await database.read(count)  # it has had its chance
            assert not ours.is_set()
            await database.write(lapse)
            async with asyncio.timeout(60):
                await waiting
        finally:
            holder.kill()
    assert ours.is_set()


async def test_whoever_was_replaced_writes_no_more_and_waits_its_turn(
    database: Database, mortal_postgres: Postgres
) -> None:
    other = Database(mortal_postgres.url())
    holding, replaced, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    stopped: list[Held] = []

    async def first(held: Held) -> None:
        if stopped:
            return  # once the other has ended
        stopped.append(held)
        await held.write(adding("while it holds"))
        holding.set()
        await asyncio.sleep(600)

    async def second(held: Held) -> None:
        await held.write(adding("after the takeover"))
        replaced.set()
        await may_end.wait()

    one = asyncio.create_task(database.exclusively("the bot", first))
    await holding.wait()
    two = asyncio.create_task(other.exclusively("the bot", second))
    async with asyncio.timeout(60):
        while not replaced.is_set():
            await database.write(lapse)  # the first renews its lease, being stopped only in name
            await asyncio.sleep(0.05)
    with pytest.raises(LostHoldError):
        await stopped[0].write(adding("too late"))
    assert not await database.write(stopped[0].holds)
    may_end.set()
    await asyncio.gather(one, two)
    await other.close()
    assert await texts(database) == ["while it holds", "after the takeover"]


async def test_a_lease_is_renewed_for_as_long_as_it_is_held(database: Database) -> None:
    renewed = asyncio.Event()
    late = text("UPDATE lease SET expires_at = now() + interval '1 second'")
    in_time = text("SELECT expires_at > now() + interval '10 seconds' FROM lease WHERE name = 'the bot'")

    async def work(_held: Held) -> None:
        await database.write(lambda session: session.execute(late))
        while not await database.read(lambda session: session.scalar(in_time)):
            await asyncio.sleep(0.05)
        renewed.set()

    async with asyncio.timeout(60):
        await database.exclusively("the bot", work)
    assert renewed.is_set()


async def test_work_starts_anew_when_the_hold_is_lost(database: Database) -> None:
    started, ends = 0, list[str]()
    again = asyncio.Event()

    async def work(_held: Held) -> None:
        nonlocal started
        started += 1
        if started == 2:
            again.set()
            return
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    task = asyncio.create_task(database.exclusively("the bot", work))
    locks = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    async with asyncio.timeout(60):
        while started == 0 or not await database.write(lambda session: len(session.execute(locks).all())):
            await asyncio.sleep(0.01)
        await task
    assert (started, ends) == (2, ["cancelled"])


async def test_an_error_of_the_work_ends_the_hold(database: Database) -> None:
    async def fail(_held: Held) -> None:
        raise ValueError("on purpose")

    for _ in range(2):  # the second time shows that the first let go
        with pytest.raises(ValueError, match="on purpose"):
            await database.exclusively("the bot", fail)
