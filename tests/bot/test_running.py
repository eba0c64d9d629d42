"""`frontdesk run` as operators run it: the demo, concurrent commands, a broken account, two roles, shutdown."""

import asyncio
import json
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from bot.cli.run import open_doors
from bot.program.roles import bind
from bot.program.settings import Settings
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from infra.errors import PlainError
from tests.bot.program import PATIENCE, InstalledProgram, Program, command, until
from tests.servers.valkey import Valkey

pytestmark = pytest.mark.long
NO_DATABASE = {"DATABASE_URL": ""}
ABOUT_THE_DEMO = "No channel and no database is set up, so this is about the demo (var/demo.db).\n"
NEW_ENTRY = "entries: [{id: cinema, lang: ru, question: Где кинотеатр на орбите?, answer: На третьем кольце.}]"


# --- the demo, and commands beside it ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("demo")
    program = InstalledProgram(folder, "run", BURST_WINDOW="0", **NO_DATABASE)
    yield program
    program.close()


def beside(demo: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the folder of the demo, with nothing set up."""
    return command(demo.folder, *arguments, **NO_DATABASE)


def replies(demo: Program, platform: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = demo.get(f"/demo/{platform}/chat").json()["messages"]
    return [message for message in messages if not message["mine"]]


def asks(demo: Program, platform: str, text: str) -> dict[str, Any]:
    """Write from the phone and wait for what comes back."""
    before = len(replies(demo, platform))
    assert demo.post(f"/demo/{platform}/messages", {"text": text}).status_code == 204
    until(lambda: len(replies(demo, platform)) > before)
    return replies(demo, platform)[before]


def test_the_demo_says_where_everything_is(demo: Program) -> None:
    lines = demo.said.splitlines()
    assert lines[0] == f"Frontdesk is open: {demo.address}/"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "Two phones to write from",
        "The desk",
        "The help page",
    ]
    page = demo.get("/").text
    assert "maria@example.org" in page
    assert lines[2].split()[-1] in page  # her password
    assert demo.get("/help").status_code == 200
    assert demo.get("/desk").status_code in {200, 303}


@pytest.mark.parametrize("platform", ["vk", "telegram"])
def test_a_question_from_a_phone_is_answered(demo: Program, platform: str) -> None:
    reply = asks(demo, platform, "не помню пароль")
    labels = [button["label"] for row in reply["buttons"] for button in row]
    assert labels == ["Это помогло", "Это не решает мою проблему"]
    assert "пароль" in reply["text"].lower()


def test_its_health_is_told(demo: Program) -> None:
    assert demo.get("/healthz").text == "ok"
    until(lambda: demo.get("/readyz").status_code == 200)
    assert demo.get("/readyz").json() == {
        "database": "ok",
        "files": "ok",
        "redis": "ok",
        "knowledge": "ok",
        "channels": {"telegram:demo": None, "vk:demo": None},
        "failing": {},
        "restarts": {},
        "without_buttons": [],
    }
    figures = dict(
        line.rsplit(" ", 1) for line in demo.get("/metrics").text.splitlines() if line and not line.startswith("#")
    )
    assert figures["frontdesk_inbox_poison"] == "0"
    assert {"frontdesk_tickets_open", "frontdesk_deliveries_unfinished", "frontdesk_inbox_waiting"} <= set(figures)


def test_a_second_one_on_the_same_file_is_refused(demo: Program) -> None:
    second = beside(demo, "run")
    assert second.returncode == 2
    assert second.stdout == ""
    assert f"is already in use by process {demo.pid}: stop it first" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def loads_more(demo: Program) -> None:
    (demo.folder / "more.yaml").write_text(NEW_ENTRY, "utf-8")
    loaded = beside(demo, "knowledge", "load", "more.yaml", "--keep")
    assert (loaded.returncode, loaded.stderr) == (0, ABOUT_THE_DEMO)


def test_knowledge_loaded_beside_it_is_answered_from_at_once(demo: Program) -> None:
    loads_more(demo)
    assert asks(demo, "telegram", "где кинотеатр на орбите")["text"].endswith("На третьем кольце.")


def test_what_cannot_be_done_there_is_said_here(demo: Program) -> None:
    (demo.folder / "bad.yaml").write_text("entries: [{id: a, lang: ru}]", "utf-8")
    bad = beside(demo, "knowledge", "load", "bad.yaml")
    assert bad.returncode == 2
    assert bad.stdout == ""
    assert bad.stderr.startswith("bad.yaml:1: ")


def test_commands_beside_it_act_through_it(demo: Program) -> None:
    token = beside(demo, "token", "add", "exporter", "--role", "admin").stdout.strip()
    answer = demo.get("/api/v1/tickets", Authorization=f"Bearer {token}")
    assert answer.status_code == 200
    assert set(answer.json()) == {"items", "total"}
    answered = json.loads(beside(demo, "ask", "не помню пароль", "--json").stdout)
    assert answered["band"] == "answer"
    until(lambda: demo.get("/readyz").status_code == 200)
    checked = beside(demo, "check")
    assert (checked.returncode, checked.stderr) == (0, ABOUT_THE_DEMO)
    assert "✓ vk:demo: working" in checked.stdout


def test_it_says_nothing_private_in_its_log(demo: Program) -> None:
    asks(demo, "vk", "не помню пароль от своей страницы")
    assert "страниц" not in demo.log
    assert "Анна" not in demo.log
    assert "Traceback" not in demo.log


def test_it_ends_when_asked_to_and_forgets_nothing(demo: Program) -> None:
    """The last test on this program."""
    loads_more(demo)
    assert demo.stop() == 0
    assert not (demo.folder / "var/demo.db.sock").exists()
    again = Program(demo.folder, "run", BURST_WINDOW="0", **NO_DATABASE)
    try:
        # At once, before its VK is connected: what comes before is looked up.
        answer = asks(again, "vk", "где кинотеатр на орбите")["text"]
        assert answer.endswith("На третьем кольце."), again.log
    finally:
        assert again.stop() == 0


# --- roles and accounts -----------------------------------------------------------------------------------------------


@asynccontextmanager
async def platforms() -> AsyncIterator[tuple[TelegramSimulator, VkSimulator]]:
    telegram, vk = TelegramSimulator(), VkSimulator()
    await telegram.start()
    await vk.start()
    vk.enable_longpoll()
    try:
        yield telegram, vk
    finally:
        await telegram.stop()
        await vk.stop()


def accounts(telegram: TelegramSimulator, vk: VkSimulator) -> dict[str, str]:
    return {
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "VK_TOKEN": vk.token,
        "VK_GROUP_ID": str(vk.group_id),
        "VK_API_URL": vk.url,
        "BURST_WINDOW": "0",
    }


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.05)


async def hears(simulator: TelegramSimulator | VkSimulator, person: int) -> str:
    def said() -> list[str]:
        return [message.text for message in simulator.chat(person) if not message.mine]

    await eventually(lambda: bool(said()))
    return said()[0]


async def started(folder: Path, *arguments: str, **settings: str) -> Program:
    return await asyncio.to_thread(Program, folder, *arguments, **settings)


async def test_one_account_with_a_rejected_token_stops_no_other(tmp_path: Path) -> None:
    async with platforms() as (telegram, vk):
        wrong = "999999:" + "x" * 35
        program = await started(tmp_path, "run", **{**accounts(telegram, vk), "TELEGRAM_TOKEN": wrong})
        try:
            assert "phones" not in program.said  # this is not the demo
            await eventually(lambda: any(name == "groups.getLongPollServer" for name, _ in vk.calls))
            vk.join(1, "Анна")
            await vk.writes(1, "позовите оператора: пропали деньги")
            assert "передан агенту" in await hears(vk, 1)

            def problems() -> dict[str, str | None]:
                answer = program.get("/readyz")
                assert answer.status_code == 503
                channels: dict[str, str | None] = answer.json()["channels"]
                return channels

            async with asyncio.timeout(PATIENCE):
                while "is rejected" not in str((await asyncio.to_thread(problems))["telegram:main"]):
                    await asyncio.sleep(0.05)
            assert (await asyncio.to_thread(problems))["vk:main"] is None
            assert (await asyncio.to_thread(program.get, "/help")).status_code == 200
            assert wrong not in program.log
            checked = await asyncio.to_thread(
                command, tmp_path, "check", **{**accounts(telegram, vk), "TELEGRAM_TOKEN": wrong}
            )
            assert checked.returncode == 1
            assert "✕ telegram:main: the Telegram token is rejected" in checked.stdout
            assert "✓ vk:main: working" in checked.stdout
        finally:
            code = await asyncio.to_thread(program.stop)
        assert code == 0


async def test_an_event_that_one_role_receives_is_thought_about_by_the_other(
    postgres_database: str, valkey: Valkey, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    async with platforms() as (telegram, vk):
        settings = {
            **accounts(telegram, vk),
            "DATABASE_URL": postgres_database,
            "REDIS_URL": valkey.url,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": "a key of the tests alone",
            "VK_MODE": "callback",
            "PORT": port,
        }
        web = await started(tmp_path, "run", "--only", "web", **settings)
        bot = await started(tmp_path, "run", "--only", "bot", **settings)
        try:
            assert bot.said == "Frontdesk serves web:main, telegram:main, vk:main\n"
            async with asyncio.timeout(PATIENCE):
                while (await asyncio.to_thread(web.get, "/readyz")).status_code != 200:
                    await asyncio.sleep(0.1)
            await eventually(lambda: vk.calls_back)
            vk.join(1, "Анна")
            telegram.join(2, "Boris")
            await vk.writes(1, "позовите оператора: пропали деньги")
            await telegram.writes(2, "human agent please, my money is gone")
            assert "передан агенту" in await hears(vk, 1)
            assert "has been passed to a person" in await hears(telegram, 2)
            asked = (await asyncio.to_thread(command, tmp_path, "ask", "weather", "--json", **settings)).stdout
            assert json.loads(asked)["band"] == "none"
        finally:
            codes = await asyncio.gather(asyncio.to_thread(web.stop), asyncio.to_thread(bot.stop))
        assert list(codes) == [0, 0]


async def test_the_end_lets_what_is_on_the_wire_finish(tmp_path: Path) -> None:
    async with platforms() as (telegram, vk):
        program = await started(tmp_path, "run", **accounts(telegram, vk))
        try:
            await eventually(lambda: telegram.is_polled)
            for person in range(1, 21):
                telegram.join(person, f"Contact {person}")
                await telegram.writes(person, f"question {person}")
            await eventually(lambda: any(name == "sendMessage" for name, _ in telegram.calls))
        finally:
            code = await asyncio.to_thread(program.stop)
        assert code == 0
        before = {person: len(telegram.chat(person)) for person in range(1, 21)}
        assert max(before.values()) == 2
        again = await started(tmp_path, "run", **accounts(telegram, vk))
        try:
            await eventually(lambda: all(len(telegram.chat(person)) >= 2 for person in range(1, 21)))
        finally:
            assert await asyncio.to_thread(again.stop) == 0
        assert [len(telegram.chat(person)) for person in range(1, 21)] == [2] * 20


def test_pages_are_sent_without_waiting_for_their_head_to_be_acknowledged() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("only", "settings", "sentence"),
    [
        ("bot", {}, "Roles in separate processes need PostgreSQL: set FRONTDESK_DATABASE_URL, or leave --only out."),
        (
            "bot",
            {"database_url": "postgresql://127.0.0.1:1/x"},
            "The database postgresql+psycopg://127.0.0.1:1/x cannot be reached: start PostgreSQL or correct "
            "FRONTDESK_DATABASE_URL.",
        ),
        (
            None,
            {"database_url": "postgresql://127.0.0.1:1/x"},
            "The database postgresql+psycopg://127.0.0.1:1/x cannot be reached: start PostgreSQL or correct "
            "FRONTDESK_DATABASE_URL.",
        ),
        (
            None,
            {"host": "203.0.113.1", "port": 0},
            "The pages cannot be opened at 203.0.113.1, port 0: change FRONTDESK_HOST or FRONTDESK_PORT.",
        ),
    ],
)
async def test_what_cannot_run(
    tmp_path: Path, only: Literal["bot", "web"] | None, settings: dict[str, object], sentence: str
) -> None:
    given = Settings.model_validate({"database_url": f"sqlite:///{tmp_path}/f.db", **settings})
    with pytest.raises(PlainError) as refused:
        await open_doors(given, only)
    assert str(refused.value) == sentence


async def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PlainError) as refused:
            await open_doors(Settings(database_url=f"sqlite:///{tmp_path}/f.db", port=port), None)
    assert str(refused.value) == f"Port {port} is taken: choose another with FRONTDESK_PORT."
