"""Single faults: each loses nothing, duplicates nothing and is reported in words."""

import asyncio
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
from sqlalchemy import select

from handoff.models import ChannelState, InboxEvent, InboxState, Role, Ticket
from infra.clock import utc_now
from infra.database import Database
from tests.conftest import Backend
from tests.durability.deadly import COUNT, POINT, POINTS
from tests.durability.ordeal import Scale, Written, ordeal
from tests.durability.program import Program
from tests.office import Browser, employ
from tests.servers.valkey import Valkey
from tests.soak.conftest import SIZE
from tests.soak.doors import door
from tests.soak.trial import free_port, trial

DEADLY = "at a deadly text"
PATIENCE = 60.0


async def test_killed_at_each_named_point_it_loses_and_repeats_nothing(backend: Backend) -> None:
    points = [name for name in POINTS if name != DEADLY] * max(1, round(SIZE))
    died: Counter[str] = Counter()
    turns = iter(points)
    neighbours: list[Written] = []

    async def at_a_point(program: Program, dice: random.Random) -> None:
        """It dies at the next point of the list; after the last it lives on."""
        name = next(turns)
        if not died:
            await program.kill()
        await program.start(**{POINT: name, COUNT: str(dice.randint(1, 3))})
        for number in range(400):  # people besides, so that something is always to be done
            neighbour = Written("telegram:main" if number % 2 else "vk:main", 10_000 + len(neighbours))
            platform = program.telegram if number % 2 else program.vk
            platform.join(neighbour.person, f"Сосед {neighbour.person}")
            neighbour.texts.append("не помню пароль")
            neighbours.append(neighbour)
            await platform.writes(neighbour.person, "не помню пароль")
            if await program.dies(0.3):
                died[name] += 1
                break
        else:
            await program.kill()
            died[f"never: {name}"] += 1
        if sum(died.values()) == len(points):
            await program.start()

    everybody = Scale(len(points), contacts=max(10, round(60 * SIZE)), messages=10, pause=0.08)
    await ordeal(backend, everybody, at_a_point, besides=neighbours)
    assert set(died) == set(points), died


async def test_a_text_that_ends_the_process_is_set_aside_and_stops_nobody_else(backend: Backend) -> None:
    async with trial(backend) as made:
        program, (first, *_) = made.program, made.people
        armed = {POINT: DEADLY, COUNT: "1"}
        await program.start(**armed)
        await program.connected()
        deaths, poison = 0, "deadlytext почему всё падает"
        first.texts.append(poison)
        await made.of(first).writes(first.person, poison)
        await made.write(1)
        aside = select(InboxEvent.id).where(InboxEvent.state == InboxState.POISON)
        while not made.kept(aside):
            if await program.dies(0.5):
                deaths += 1
                assert deaths <= 6, "it is never set aside"
                await program.start(**armed)
        assert deaths >= 5
        await made.write(2)
        await made.judge()
        assert made.kept(select(Ticket.question).where(Ticket.reason == "poison")) == [poison]


async def test_a_redis_that_does_not_answer_slows_nobody_down(postgres_database: str) -> None:
    valkey = Valkey()
    try:
        async with door(valkey.url) as (gate, url), trial(Backend(postgres_database, url)) as made:
            await made.program.start()
            await made.program.connected()
            await made.write(1)
            gate.hold()
            # Everything is answered although Redis has not said a word yet.
            await made.write(3)
            await made.program.settled(made.written)
            gate.release()
            await made.write(1)
            await made.judge()
    finally:
        valkey.close()


async def test_platforms_that_refuse_or_have_no_certificate_lose_nothing(backend: Backend) -> None:
    async with trial(backend) as made, door(made.telegram.url) as (telegram, through), door(made.vk.url) as (vk, past):
        addresses = {"FRONTDESK_TELEGRAM_API_URL": through, "FRONTDESK_VK_API_URL": past}
        await made.program.start(**addresses)
        await made.program.connected()
        await made.write(1)
        for _ in range(max(1, round(2 * SIZE))):
            await telegram.refuse()
            await vk.refuse()
            await made.write(2)
            await telegram.start()
            await vk.start()
            await made.program.settled(made.written)
        await made.program.stop()

        # A server without a certificate where an encrypted one should be: said in words, and nothing of it is lost.
        encrypted = {name: url.replace("http://", "https://") for name, url in addresses.items()}
        await made.program.start(**encrypted)
        await made.write(1)
        problem = ChannelState.problem
        async with asyncio.timeout(PATIENCE):
            while len(said := made.kept(select(problem).where(problem.is_not(None)))) < 2:
                await asyncio.sleep(0.2)
        assert all("cannot be reached" in str(sentence) for sentence in said)
        await made.program.stop()
        await made.program.start(**addresses)
        await made.judge()


async def test_a_foreign_writer_holds_the_file_and_a_second_process_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.db"
    async with trial(Backend(f"sqlite:///{file}", None)) as made:
        await made.program.start()
        await made.program.connected()
        await made.write(1)
        await made.program.settled(made.written)
        environment = os.environ | {"FRONTDESK_DATABASE_URL": f"sqlite:///{file}", "FRONTDESK_PORT": "0"}
        second = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot", "run"],
            env=environment | {"FRONTDESK_TELEGRAM_TOKEN": made.telegram.token},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert second.returncode not in {0, -9}, second.stderr
        assert str(made.program.pid) in second.stderr
        assert "Traceback" not in second.stderr

        def hold() -> sqlite3.Connection:
            connection = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN IMMEDIATE")
            return connection

        foreign = await asyncio.to_thread(hold)
        await made.write(2)
        await asyncio.sleep(10)
        foreign.rollback()
        foreign.close()
        await made.judge()


async def test_a_full_disk_stops_the_writing_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.db"
    async with trial(Backend(f"sqlite:///{file}", None)) as made:
        await made.program.start()
        await made.program.connected()
        await made.write(1)
        await made.program.settled(made.written)
        for _ in range(max(1, round(2 * SIZE))):
            # As large as the files are, so that none of them can grow.
            resource.prlimit(made.program.pid, resource.RLIMIT_FSIZE, (largest(tmp_path), resource.RLIM_INFINITY))
            await made.write(4, pause=0.1)
            assert not await made.program.dies(5)
            resource.prlimit(made.program.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            await made.program.settled(made.written)
        await made.judge()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]


def largest(folder: Path) -> int:
    """Bytes of the largest of the database's files."""
    return max(path.stat().st_size for path in folder.glob("frontdesk.db*"))


async def test_a_process_that_is_stopped_for_a_while_goes_on(backend: Backend) -> None:
    async with trial(backend) as made:
        await made.program.start()
        await made.program.connected()
        for _ in range(max(1, round(2 * SIZE))):
            writing = asyncio.create_task(made.write(2))
            os.kill(made.program.pid, signal.SIGSTOP)
            await writing
            await asyncio.sleep(made.dice.uniform(1, 5))
            os.kill(made.program.pid, signal.SIGCONT)
            await made.program.settled(made.written)
        await made.judge()


async def test_slow_readers_of_the_desk_hold_up_nobody(backend: Backend) -> None:
    async with trial(backend) as made:
        db = Database(backend.database_url)
        try:
            await db.write(lambda session: employ(session, "olga@example.org", "Ольга", Role.AGENT, utc_now()))
        finally:
            await db.close()
        port = free_port()
        await made.program.start(FRONTDESK_PORT=str(port))
        await made.program.connected()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as pages:
            browser, readers = Browser(pages), list[socket.socket]()
            await browser.signs_in("olga@example.org")
            cookies = "; ".join(f"{name}={value}" for name, value in pages.cookies.items())
            asked = f"GET /desk/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n\r\n".encode()
            try:
                for _ in range(max(50, round(500 * SIZE))):
                    # None of them ever reads; whom the program turns away has no claim to be read either.
                    with suppress(OSError):
                        reader = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                        readers.append(reader)
                        reader.sendall(asked)
                await made.write(5)
                await made.program.settled(made.written)
            finally:
                for reader in readers:
                    reader.close()
            fresh, again = [(await browser.get("/desk")).text for _ in range(2)]
            assert fresh.count('class="row') == again.count('class="row') > 0
        await made.judge()
