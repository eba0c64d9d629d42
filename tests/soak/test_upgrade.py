"""Databases of earlier versions with the current program: alone, and beside the version that made them."""

import asyncio
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Select, String, column, select, table

from handoff.models import Contact, Message, MessageKind
from tests.bot.program import REPOSITORY
from tests.conftest import Backend
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey
from tests.soak.conftest import SIZE
from tests.soak.doors import door
from tests.soak.trial import SpawnedProgram, Trial, free_port, trial
from tests.upgrades.dumps import SCHEMAS, Dump, Row, drop_postgres, dump_of, dumped_revisions

PATIENCE = 60.0
SCHEMA = select(column("version_num", String)).select_from(table("alembic_version"))


def spread(revisions: list[str], count: int) -> list[str]:
    """So many of them, the oldest and the newest among them."""
    last = len(revisions) - 1
    return sorted({revisions[round(last * number / max(1, count - 1))] for number in range(count)})


@pytest.fixture
def postgres_of(postgres: Postgres, valkey: Valkey) -> Iterator[Callable[[Dump], Backend]]:
    """Loads a dump into PostgreSQL."""
    made: list[str] = []

    def load(dump: Dump) -> Backend:
        made.append(f"earlier_{dump.revision}")
        return Backend(dump.load_postgres(postgres, made[-1]), valkey.url)

    yield load
    for name in made:
        drop_postgres(postgres, name)


@pytest.fixture(params=["sqlite", "postgres"])
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Dump], Backend]:
    """Loads a dump into either database."""
    if request.param == "sqlite":
        return lambda dump: Backend(dump.load_sqlite(tmp_path / "frontdesk.db"), None)
    load: Callable[[Dump], Backend] = request.getfixturevalue("postgres_of")
    return load


@pytest.mark.parametrize("revision", spread(dumped_revisions(), max(2, round(3 * SIZE))))
async def test_a_database_of_an_earlier_schema_is_upgraded_and_everybody_answered(
    revision: str, earlier: Callable[[Dump], Backend]
) -> None:
    dump = dump_of(revision)
    known = next(row for row in dump.rows["contact"] if row["account"] == "vk:main")
    dump = without_foreign_deliveries(dump, known)
    async with trial(earlier(dump), furnished=False) as made:
        made.vk.join(int(known["user_id"]), "Анна")
        await made.program.start()
        await made.program.connected()
        # A contact from before the upgrade. The new VK counts their messages from 1 again, so the first ones are known.
        for number in range(10):
            await made.vk.writes(int(known["user_id"]), f"а теперь? {number}")
        await made.write(3)
        async with asyncio.timeout(PATIENCE):
            while "а теперь? 9" not in made.kept(texts_of(known)):
                await asyncio.sleep(0.2)
        await made.program.settled(made.written + incoming(dump))
        await made.judge()
        assert made.kept(SCHEMA) > [revision]
        assert lost(dump, made) == {}


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_new_version_takes_over_from_the_one_before_it_under_load(
    mode: str, postgres_of: Callable[[Dump], Backend], tmp_path: Path
) -> None:
    revision = dumped_revisions()[-1]
    dump = dump_of(revision)
    before = checked_out(revision, tmp_path / "before")
    ports = free_port(), free_port()
    async with (
        trial(postgres_of(dump), furnished=False, people=40) as made,
        door(f"http://127.0.0.1:{ports[0]}") as (gate, url),
    ):
        settings = {
            "FRONTDESK_PUBLIC_URL": url,
            "FRONTDESK_TELEGRAM_MODE": mode,
            "FRONTDESK_TELEGRAM_WEBHOOK_SECRET": "secret-of-a-test",
        }
        old = SpawnedProgram(made.backend, made.telegram, made.vk, before)
        made.program = SpawnedProgram(made.backend, made.telegram, made.vk)
        try:
            await old.start(FRONTDESK_PORT=str(ports[0]), **settings)
            await old.connected()
            writing = asyncio.create_task(made.write(5, pause=0.05))
            await made.program.start(FRONTDESK_PORT=str(ports[1]), **settings)
            await serves(ports[1])
            assert made.kept(SCHEMA) > [revision]
            # The old version answers on the new schema.
            await made.write(1)
            await writing
            await old.settled(made.written + incoming(dump))
            writing = asyncio.create_task(made.write(max(4, round(10 * SIZE)), pause=0.05))
            gate.lead_to(ports[1])
            await old.stop()
            await writing
            await made.program.settled(made.written + incoming(dump))
            await made.judge()
            assert lost(dump, made) == {}
            assert set(gate.statuses) <= {200, 503}
            assert bool(gate.statuses) == (mode == "webhook")
        finally:
            await old.end()


async def serves(port: int) -> None:
    """Wait until the program answers there."""
    async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/healthz")).is_success:
                    return
            await asyncio.sleep(0.1)


def checked_out(revision: str, folder: Path) -> Path:
    """The program as it was when it had this schema."""
    listed = (SCHEMAS / "README.md").read_text()
    found = re.search(rf"\| {revision} \| `(\w+)` \|", listed)
    assert found, f"tests/data/schemas/README.md names no commit of {revision}"
    archive = subprocess.run(
        ["/usr/bin/env", "git", "archive", found[1]], cwd=REPOSITORY, capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip(f"The history of the repository does not reach back to {found[1]}.")
    folder.mkdir()
    subprocess.run(["/usr/bin/env", "tar", "-x", "-C", folder], input=archive.stdout, check=True)
    return folder


def without_foreign_deliveries(dump: Dump, contact: Row) -> Dump:
    """No contact waits for a delivery of an unserved account, such as those that fill a dump."""
    other = next(row["id"] for row in dump.rows["contact"] if row["account"] != contact["account"])
    deliveries = [
        row | {"contact_id": other} if row["contact_id"] == contact["id"] and row["account"] != "vk:main" else row
        for row in dump.rows["delivery"]
    ]
    return replace(dump, rows={**dump.rows, "delivery": deliveries})


def texts_of(contact: Row) -> Select[str]:
    """What the contact has written."""
    written = select(Message.text).join(Contact, Contact.id == Message.contact_id)
    return written.where(
        Contact.account == contact["account"],
        Contact.user_id == contact["user_id"],
        Message.kind == MessageKind.INCOMING,
    )


def incoming(dump: Dump) -> int:
    return sum(row["kind"] == "incoming" for row in dump.rows["message"])


def lost(dump: Dump, made: Trial) -> dict[int, str]:
    """Messages of the dump that are not kept as they were."""
    kept = dict(
        zip(
            made.kept(select(Message.id).order_by(Message.id)),
            made.kept(select(Message.text).order_by(Message.id)),
            strict=True,
        )
    )
    return {row["id"]: row["text"] for row in dump.rows["message"] if kept.get(row["id"]) != row["text"]}
