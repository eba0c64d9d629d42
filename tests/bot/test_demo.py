"""The demo keeps to itself: a database, files and an address of its own, whatever else is set up on the machine."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, func, insert, select, text

from benchmarks.history import fill
from bot.program.app import open_app
from bot.program.demo import example_files, forget_last_demo, furnish
from bot.program.demo_settings import demo_settings, ignored_settings, is_demo
from bot.program.settings import Settings, read_settings
from handoff.models import InboxEvent
from infra.clock import utc_now
from infra.errors import PlainError
from tests.bot.program import Program, command
from tests.conftest import Backend

pytestmark = pytest.mark.long
TOKEN = "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"
NAMED = {
    "HOST": "0.0.0.0",  # noqa: S104 - what the demo must not listen on
    "PUBLIC_URL": "https://help.example.org",
    "FILES_DIR": "files",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """`frontdesk demo` where a whole deployment is set up."""
    folder = tmp_path_factory.mktemp("deployment")
    program = Program(folder, "demo", TELEGRAM_TOKEN=TOKEN, **NAMED)
    yield program
    program.close()


def test_it_listens_on_loopback_and_says_what_it_ignores(demo: Program) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", demo.address)
    assert (
        "This is the demo: it answers on this machine only, keeps its data in var/demo.db and ignores "
        "FRONTDESK_DATABASE_URL, FRONTDESK_FILES_DIR, FRONTDESK_HOST, FRONTDESK_PUBLIC_URL, FRONTDESK_REDIS_URL, "
        "the channels.\n"
    ) in demo.log


def test_it_touches_nothing_but_files_of_its_own(demo: Program) -> None:
    assert [path.name for path in demo.folder.iterdir()] == ["var"]
    names = {path.name for path in (demo.folder / "var").iterdir()}
    assert "demo.db" in names
    assert all(name.startswith("demo") for name in names), names


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.org"},
        {"Host": "evil.example.org:8080"},
        {"Host": "127.0.0.1.evil.example.org"},
        {"Host": "localhost:8080:evil"},
        {"X-Forwarded-For": "203.0.113.5"},
        {"X-Forwarded-Host": "localhost"},
        {"Forwarded": "for=203.0.113.5"},
    ],
    ids=lambda headers: next(iter(headers.items())),
)
def test_only_a_browser_on_this_machine_reaches_it(demo: Program, headers: dict[str, str]) -> None:
    for path in ("/", "/desk/login", "/help", "/demo/vk/chat"):
        refused = demo.get(path, **headers)
        assert refused.status_code == 403
        assert refused.text.startswith("The demo answers on this machine only")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]:8080"])
def test_every_name_of_this_machine_will_do(demo: Program, host: str) -> None:
    assert demo.get("/", Host=host).status_code == 200


def test_a_named_database_without_a_channel_is_the_web_channel_alone(tmp_path: Path, backend: Backend) -> None:
    settings = {"DATABASE_URL": backend.database_url, "TELEGRAM_TOKEN": "", "VK_TOKEN": ""}
    words = ("agent", "add", "real@example.org", "--name", "Real", "--password-stdin")
    added = command(tmp_path, *words, given="a very long password\n", **settings)
    assert (added.returncode, added.stderr) == (0, "")
    program = Program(tmp_path, "run", **settings)
    try:
        assert "phones" not in program.said
        assert "@" not in program.said
        start = program.get("/")
        assert (start.status_code, start.headers["location"]) == (307, "/help")
        assert program.get("/help").status_code == 200
        assert program.get("/help/chat").status_code == 200
        assert program.get("/demo/vk/chat").status_code == 404
        assert _emails(tmp_path, settings) == ["real@example.org"]
        told = command(tmp_path, "check", **settings).stdout
        assert "✕ knowledge: empty" in told
        assert "– channels: none is set up besides the chat of the help page" in told
    finally:
        assert program.stop() == 0
    assert not (tmp_path / "var/demo.db").exists()


def _emails(folder: Path, settings: dict[str, str]) -> list[str]:
    engine = create_engine(settings["DATABASE_URL"])
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT email FROM agent ORDER BY email")))
    engine.dispose()
    return found


# --- what names a database, and what does not -------------------------------------------------------------------------


def _written(folder: Path, name: str, content: str) -> Settings:
    (folder / name).write_text(content, "utf-8")
    return read_settings(folder)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TELEGRAM_TOKEN", "HOST", "PUBLIC_URL"):
        monkeypatch.delenv(f"FRONTDESK_{name}", raising=False)


def test_nothing_or_empty_words_mean_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_demo(read_settings(tmp_path))
    monkeypatch.setenv("FRONTDESK_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("FRONTDESK_DATABASE_URL", "")
    assert is_demo(read_settings(tmp_path))
    assert is_demo(
        _written(tmp_path, ".env", "FRONTDESK_DATABASE_URL=\nFRONTDESK_PUBLIC_URL=https://help.example.org\n")
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".env", "FRONTDESK_DATABASE_URL=sqlite:///var/frontdesk.db\n"),
        ("frontdesk.toml", 'database_url = "sqlite:///var/frontdesk.db"\n'),
        (".env", f"FRONTDESK_TELEGRAM_TOKEN={TOKEN}\n"),
        ("frontdesk.toml", f'[[channel]]\nkind = "telegram"\ntoken = "{TOKEN}"\n'),
    ],
)
def test_a_database_or_a_channel_in_any_file_is_no_demo(tmp_path: Path, name: str, content: str) -> None:
    assert not is_demo(_written(tmp_path, name, content))


def test_the_demo_never_meets_the_settings_of_a_deployment(tmp_path: Path) -> None:
    content = f'''
        database_url = "sqlite:///real.db"
        host = "::"
        port = 81
        group = [{{id = "wall"}}]
        channel = [{{kind = "telegram", token = "{TOKEN}"}}]
    '''
    given = _written(tmp_path, "frontdesk.toml", content)
    demo = demo_settings(given)
    assert (demo.database_url, str(demo.files_dir), demo.address) == (
        "sqlite:///var/demo.db",
        "var/demo-files",
        "http://127.0.0.1:81",
    )
    assert (demo.channels, demo.groups) == ((), ())
    assert ignored_settings(given) == ["FRONTDESK_DATABASE_URL", "FRONTDESK_HOST", "the channels", "the groups"]


def test_a_command_beside_nothing_is_about_the_demo(tmp_path: Path) -> None:
    token = command(tmp_path, "token", "add", "exporter", DATABASE_URL="")
    assert token.stdout.startswith("fd_")
    assert token.stderr == "No channel and no database is set up, so this is about the demo (var/demo.db).\n"
    assert command(tmp_path, "migrate", DATABASE_URL="").stdout == "The database is up to date.\n"
    assert [path.name for path in (tmp_path / "var").glob("*.db")] == ["demo.db"]
    with sqlite3.connect(tmp_path / "var/demo.db") as database:
        assert database.execute("SELECT email FROM agent").fetchall() == [("token:exporter",)]
    database.close()


async def test_a_start_leaves_alone_what_is_done(tmp_path: Path) -> None:
    """However much an earlier demo has received, the next one opens at once."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/demo.db", files_dir=tmp_path / "files")
    async with open_app(settings) as app:
        await asyncio.to_thread(fill, tmp_path / "demo.db", 400, "telegram:demo")
        left = {
            "account": "telegram:demo",
            "event_key": "left",
            "user_id": "1",
            "payload": {},
            "received_at": utc_now(),
        }
        await app.db.write(lambda session: session.execute(insert(InboxEvent).values(**left)))
        changed: list[int] = []
        event.listen(app.db.engine, "after_cursor_execute", lambda _c, cursor, *_: changed.append(cursor.rowcount))
        await app.db.write(lambda session: forget_last_demo(session, utc_now()))
        states = select(InboxEvent.state, func.count()).group_by(InboxEvent.state)
        kept = await app.db.read(lambda session: {str(state): count for state, count in session.execute(states)})
        assert kept == {"done": 200}
        assert max(changed) == 1
        assert not app.library.ready
        await furnish(app)
        assert not app.library.ready  # the doors are open before the index is built


@pytest.mark.parametrize("missing", ["ru.yaml", "en.yaml", "hu.yaml"])
def test_without_its_example_knowledge_it_says_so(tmp_path: Path, missing: str) -> None:
    for source in example_files():
        if source.name != missing:
            (tmp_path / source.name).write_bytes(source.data)
    with pytest.raises(PlainError, match=rf"{missing} is missing: install Frontdesk again\.$"):
        example_files(tmp_path)
