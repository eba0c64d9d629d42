"""Readiness while the knowledge base is loading, while the database refuses writes, and while a role is down."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
import pytest
from sqlalchemy import text

from bot.channels import Channel, Inlet
from bot.channels.web.channel import WebChannel
from bot.program.app import App, open_app
from bot.program.roles import run
from bot.program.settings import Settings
from bot.program.site_parts import site_parts
from bot.web.readiness import OK, Readiness, Report
from bot.web.site import build_site
from handoff.tickets.reminders.caretaker import Caretaker
from infra.bus import LocalBus
from infra.files import FileStore
from infra.storage.outages import FULL, LOCKED, SILENT
from knowledge.entries.drafts import EntryDraft
from tests.conftest import Backend
from tests.servers.full_disk import full_disk

LOGIN = EntryDraft("login", "ru", "Как войти в аккаунт?", "Так", None, ("не могу войти",))
PATIENCE = 60.0


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(backend: Backend, folder: Path) -> AsyncIterator[App]:
    """The program without channels, its knowledge indexed."""
    settings = Settings(
        database_url=backend.database_url, redis_url=backend.redis_url, files_dir=folder / "files", port=0
    )
    async with open_app(settings) as app:
        await app.library.refresh()
        yield app


async def comes(readiness: Readiness, true: Callable[[Report], bool]) -> Report:
    """The first report of which this is true."""
    async with asyncio.timeout(PATIENCE):
        while not true(report := await readiness.report()):
            await asyncio.sleep(0.05)
    return report


# --- knowledge --------------------------------------------------------------------------------------------------------


async def test_a_process_is_ready_once_the_knowledge_is_indexed(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/f.db", files_dir=tmp_path / "files")
    async with open_app(settings) as app:
        site = build_site(site_parts(app), None)
        transport = httpx.ASGITransport(site.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://health.test") as client:
            early = await client.get("/readyz")
            assert (early.status_code, early.json()["knowledge"]) == (503, "being indexed, 0%")
            await app.library.refresh()
            later = await client.get("/readyz")
            assert (later.status_code, later.json()["knowledge"]) == (200, "ok")
            figures = (await client.get("/metrics")).text.splitlines()
            assert 'frontdesk_restarts_total{role="database-writer"} 0' in figures
            assert "frontdesk_database_up 1" in figures
        await site.hang_up()


async def test_a_running_program_brings_the_knowledge_by_itself(tmp_path: Path) -> None:
    async with open_app(Settings(database_url=f"sqlite:///{tmp_path}/f.db")) as app:
        await app.db.write(lambda session: app.library.create(session, LOGIN, author="test"))
        assert not app.library.ready
        served = asyncio.Event()
        running = asyncio.create_task(run(app, "bot", None, lambda _address: served.set()))
        async with asyncio.timeout(60):
            await served.wait()
            await app.library.wait_until_open()
        assert app.library.matcher.match("не могу войти").candidates[0].phrasing == "не могу войти"
        await app.library.refresh()  # ends once the index is saved
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (tmp_path / "f.db.index").exists()


# --- the database and the disk ----------------------------------------------------------------------------------------


async def test_a_well_database_takes_writes(backend: Backend, tmp_path: Path) -> None:
    async with opened(backend, tmp_path) as app:
        report = await Readiness(app.readiness_parts).report()
        assert (report.database, report.files, report.ready) == (OK, OK, True)


async def test_a_full_disk_is_not_ready_and_heals(tmp_path: Path) -> None:
    async with opened(Backend(f"sqlite:///{tmp_path}/f.db", None), tmp_path) as app:
        readiness = Readiness(app.readiness_parts)
        with full_disk():
            report = await comes(readiness, lambda report: report.database != OK)
            assert report.files == FULL
            assert not report.ready
        assert (await comes(readiness, lambda report: report.ready)).restarts == {}


async def test_a_full_disk_of_files_is_told_from_that_of_the_database(backend: Backend, tmp_path: Path) -> None:
    async with opened(backend, tmp_path) as app:
        if app.db.dialect == "sqlite":
            await app.db.write(lambda session: session.execute(text("CREATE TABLE much AS SELECT zeroblob(4000000)")))
            await app.db.purge()
        with full_disk(room=600_000):  # the journal has room for a small write
            report = await comes(Readiness(app.readiness_parts), lambda report: report.files != OK)
        assert report.files == FULL
        assert report.database == (FULL if app.db.dialect == "sqlite" else OK)


async def test_a_locked_file_is_not_ready_and_heals(tmp_path: Path) -> None:
    async with opened(Backend(f"sqlite:///{tmp_path}/f.db", None), tmp_path) as app:
        readiness = Readiness(app.readiness_parts, patience=0.2)
        with closing(sqlite3.connect(tmp_path / "f.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert (await readiness.report()).database == SILENT
            report = await comes(readiness, lambda report: report.database == LOCKED)
            assert not report.ready
        assert (await comes(readiness, lambda report: report.ready)).restarts == {}


async def test_a_server_whose_tables_are_locked_keeps_nobody_waiting(postgres_database: str, tmp_path: Path) -> None:
    async with opened(Backend(postgres_database, None), tmp_path) as app:
        readiness = Readiness(app.readiness_parts, patience=0.2)
        with psycopg.connect(postgres_database.replace("+psycopg", "")) as other:
            other.execute("LOCK TABLE channel_state")
            report = await readiness.report()
            assert (report.database, report.ready) == (SILENT, False)
            assert [await readiness.report() for _ in range(3)] == [report] * 3
        assert (await comes(readiness, lambda report: report.ready)).database == OK


async def test_however_often_it_is_asked_the_file_is_written_to_once_a_second(tmp_path: Path) -> None:
    async with opened(Backend(f"sqlite:///{tmp_path}/f.db", None), tmp_path) as app:
        begun = asyncio.get_running_loop().time()
        version = await app.db.read(lambda session: session.scalar(text("PRAGMA data_version")))
        before = (tmp_path / "f.db-wal").stat().st_size
        readiness = Readiness(app.readiness_parts)
        assert {(await readiness.report()).ready for _ in range(200)} == {True}
        looks = asyncio.get_running_loop().time() - begun + 1
        pages = ((tmp_path / "f.db-wal").stat().st_size - before) / 4120
        assert 0 < pages <= looks
        assert version is not None


# --- roles ------------------------------------------------------------------------------------------------------------


class Failing:
    """A role that fails once before it works as it should; everything else is as ever."""

    def __init__(self, real: object, failure: BaseException) -> None:
        self._real = real
        self._failures = [failure]
        self.works = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    async def run(self) -> None:
        if self._failures:
            raise self._failures.pop()
        self.works.set()
        await cast("Caretaker", self._real).run()


@pytest.mark.parametrize("failure", [OSError("no space left"), SystemExit(2), asyncio.CancelledError()])
@pytest.mark.parametrize("name", ["library", "intake", "caretaker"])
async def test_a_role_that_fails_is_started_again_and_the_program_says_so(
    tmp_path: Path, name: str, failure: BaseException
) -> None:
    async with opened(Backend(f"sqlite:///{tmp_path}/f.db", None), tmp_path) as app:
        role = Failing(getattr(app, name), failure)
        roles: dict[str, Any] = {name: role}
        app = replace(app, **roles)  # noqa: PLW2901
        readiness = Readiness(app.readiness_parts)
        running = asyncio.create_task(run(app, "bot", None, lambda _address: None))
        try:
            report = await comes(readiness, lambda report: bool(report.failing))
            assert report.failing == {name: type(failure).__name__}
            assert not report.ready
            await asyncio.wait_for(role.works.wait(), PATIENCE)
            assert (await comes(readiness, lambda report: report.ready)).restarts == {name: 1}
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class Broken(WebChannel):
    """A channel that breaks the promise that nothing but cancellation ends its receiving, and fails as it ends."""

    def __init__(self, folder: Path) -> None:
        super().__init__(LocalBus(), FileStore(folder))
        self.account = "web:broken"
        self.runs = 0
        self.receives = asyncio.Event()

    async def run(self, inlet: Inlet) -> None:  # noqa: ARG002 - nothing is received
        self.runs += 1
        if self.runs == 1:
            raise ZeroDivisionError
        self.receives.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError


async def test_a_receiver_that_fails_stops_neither_its_pump_nor_the_end(tmp_path: Path) -> None:
    async with opened(Backend(f"sqlite:///{tmp_path}/f.db", None), tmp_path) as app:
        channel = Broken(tmp_path)
        app.channels[channel.account] = cast("Channel", channel)
        serving = asyncio.create_task(app.serve(channel.account))
        await asyncio.wait_for(channel.receives.wait(), PATIENCE)
        restarts = {role: count for role, count in app.supervisor.restarts.items() if count}
        assert restarts == {"web:broken/receiver": 1}
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(serving, PATIENCE)
