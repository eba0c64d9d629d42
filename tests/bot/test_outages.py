"""The running program with a full disk and hanging platforms: it does not hang, and recovers by itself.

All tests share one program and run in order: starting it takes longer than any of them.
"""

import asyncio
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.simulator.faults import Fault
from infra.storage.outages import FULL
from tests.bot.program import Program, command
from tests.bot.test_running import accounts, eventually, hears, platforms, started
from tests.servers.full_disk import full_disk

pytestmark = pytest.mark.long
SECRET = "of-the-tests-alone"
LATER = "вы тут?"


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def said(folder: Path, text: str) -> int:
    """How often it is in a thread."""
    with closing(sqlite3.connect(folder / "frontdesk.db")) as look:
        count: int = look.execute("SELECT count(*) FROM message WHERE text = ?", (text,)).fetchone()[0]
    return count


async def answers(program: Program, status: int) -> dict[str, object]:
    """What `/readyz` says as soon as it has this status."""
    async with asyncio.timeout(60):
        while (answer := await asyncio.to_thread(program.get, "/readyz")).status_code != status:
            await asyncio.sleep(0.05)
    body: dict[str, object] = answer.json()
    return body


async def test_a_full_disk_stops_nothing_for_good(tmp_path: Path) -> None:
    port = free_port()
    async with platforms() as (telegram, vk):
        hooks = {
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": "a key of the tests alone",
            "VK_MODE": "callback",
            "VK_CALLBACK_SECRET": SECRET,
            "PORT": port,
        }
        settings = {**accounts(telegram, vk), **hooks}
        program = await started(tmp_path, "run", **settings)
        try:
            await eventually(lambda: vk.calls_back)
            await answers(program, 200)
            vk.join(1, "Анна")
            telegram.join(2, "Boris")
            await vk.writes(1, "позовите оператора: пропали деньги")
            await telegram.writes(2, "позовите оператора: пропали деньги")
            assert "передан агенту" in await hears(vk, 1)
            assert "передан агенту" in await hears(telegram, 2)

            with full_disk(program.pid):
                # Erasing needs the disk too: it is refused with a message, without harm.
                forget = ["contact", "forget", "telegram:main/2", "--yes"]
                refused = await asyncio.to_thread(command, tmp_path, *forget, **settings)
                assert refused.returncode == 2
                assert (refused.stdout, len(refused.stderr.splitlines())) == ("", 1)
                assert refused.stderr.strip().endswith("and try again.")
                body = await answers(program, 503)
                assert body["files"] == FULL
                # What is written meanwhile is not acknowledged, and the platform sends it again.
                await vk.writes(1, LATER)
                await telegram.writes(2, LATER)
                message = {"message": {"from_id": 1, "peer_id": 1, "id": 77, "date": 1, "text": "и тут?"}}
                event = {"type": "message_new", "group_id": vk.group_id, "event_id": "1", "secret": SECRET}
                event["object"] = message
                assert (await asyncio.to_thread(program.post, "/hooks/vk/main", event)).status_code == 503
                assert (await asyncio.to_thread(program.get, "/healthz")).text == "ok"

            await answers(program, 200)
            await eventually(lambda: said(tmp_path, LATER) == 2)
            forgotten = await asyncio.to_thread(command, tmp_path, *forget, **settings)
            assert (forgotten.returncode, forgotten.stderr) == (0, "")
            assert "is forgotten" in forgotten.stdout

            # Platforms that take everything and answer nothing do not delay the end.
            for simulator, method in ((telegram, "sendMessage"), (vk, "messages.send")):
                simulator.faults.chance({Fault("hang", seconds=600): 1.0}, seed=1, methods={method})
            vk.join(3, "Вера")
            telegram.join(4, "Gleb")
            await vk.writes(3, "позовите оператора: пропали деньги")
            await telegram.writes(4, "позовите оператора: пропали деньги")
            await eventually(lambda: all(simulator.faults.injected["hang"] for simulator in (telegram, vk)))
        finally:
            code = await asyncio.to_thread(program.stop)
        assert code == 0
