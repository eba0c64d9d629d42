"""Failures in the log: place and kind, without people's texts."""

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from pydantic import BaseModel, SecretStr
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from bot.channels.telegram.settings import TelegramSettings
from bot.program.logs import Redacted, write_logs
from bot.program.settings import Settings
from infra.database import Database
from infra.errors import PlainError
from infra.storage.columns import Base
from tests.conftest import Backend
from tests.infra.rows import Note

WORDS = "canary words"
SECRET = "canary-secret"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What `frontdesk run` writes to standard error; the hooks are put back."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    write_logs([SECRET], stream=written)
    yield written
    sys.excepthook, threading.excepthook, sys.unraisablehook, logging.raiseExceptions = before
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


class Form(BaseModel):
    number: int


def _validate() -> None:
    Form.model_validate({"number": WORDS})


def _parse() -> None:
    int(WORDS)


def _look_up() -> None:
    dict[str, str]()[WORDS]


def _in_a_chain() -> None:
    try:
        _parse()
    except ValueError as error:
        raise LookupError(WORDS) from error


def _in_a_context() -> None:
    try:
        _parse()
    except ValueError:
        json.loads("[" + WORDS)


def _in_a_group() -> None:
    raise ExceptionGroup(WORDS, [ValueError(WORDS), KeyError(WORDS)])


def _with_a_note() -> None:
    error = ValueError()
    error.add_note(WORDS)
    raise error


def _in_a_file_name() -> None:
    open(f"/nowhere/{WORDS}")  # noqa: PTH123, SIM115


@pytest.mark.parametrize(
    "fails",
    [_validate, _parse, _look_up, _in_a_chain, _in_a_context, _in_a_group, _with_a_note, _in_a_file_name],
    ids=lambda fails: fails.__name__.strip("_"),
)
def test_a_traceback_says_where_and_what_kind_and_quotes_nobody(log: io.StringIO, fails: Callable[[], None]) -> None:
    try:
        fails()
    except Exception:
        logging.getLogger("bot.test").exception("it failed")
    shown = log.getvalue()
    assert WORDS not in shown.replace(f'"{WORDS}"', "")  # the source of this file may show, the value not
    assert f"in {fails.__name__}" in shown
    assert "Error" in shown


async def _refused(database: Database, work: Callable[[Session], object]) -> None:
    try:
        await database.write(work)
    except Exception:
        logging.getLogger("bot.test").exception("it failed")


async def test_a_database_shows_no_row(log: io.StringIO, backend: Backend) -> None:
    database = Database(backend.database_url)
    Base.metadata.create_all(database.engine, tables=[Note.__table__])  # type: ignore[list-item]
    await database.write(lambda session: session.execute(insert(Note).values(text=WORDS)))
    await _refused(database, lambda session: session.execute(insert(Note).values(text=WORDS)))  # unique
    await _refused(database, lambda session: session.execute(insert(Note).values(text=WORDS, above_id=99)))
    row = {"t": None, "w": WORDS}
    await _refused(
        database, lambda session: session.execute(text("INSERT INTO note (text, data) VALUES (:t, :w)"), row)
    )
    await _refused(database, lambda session: session.execute(text("SELECT :w FROM missing"), {"w": WORDS}))
    await _refused(database, lambda session: session.scalars(select(Note).where(text(f"nothing('{WORDS}')"))).all())
    if database.dialect == "postgresql":
        await _refused(database, lambda session: session.execute(text("SELECT CAST(:w AS integer)"), {"w": WORDS}))
    await database.close()
    shown = log.getvalue()
    assert shown.count("it failed") == (6 if backend.database_url.startswith("postgres") else 5)
    assert "IntegrityError" in shown
    assert "23505" in shown or "SQLITE_CONSTRAINT_UNIQUE" in shown
    assert WORDS not in shown


async def test_a_task_that_nobody_asked_shows_no_words(log: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError(WORDS)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    shown = log.getvalue()
    assert "Task exception was never retrieved" in shown
    assert "ValueError" in shown
    assert WORDS not in shown


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_nobody_watches_shows_no_words(log: io.StringIO) -> None:
    def fails() -> None:
        raise ValueError(WORDS)

    write_logs(stream=log)  # pytest has a hook of its own for threads, which this replaces
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert "ValueError" in log.getvalue()
    assert WORDS not in log.getvalue()


def test_an_error_of_the_log_itself_shows_no_words(log: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("bot.test").warning("%d", WORDS)
    assert WORDS not in log.getvalue()
    assert WORDS not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (PlainError("Port 80 is taken."), "infra.errors.PlainError: Port 80 is taken."),
        (FileNotFoundError(2, "No such file or directory", WORDS), "FileNotFoundError: No such file or directory"),
        (TypeError("f() takes no arguments"), "TypeError: f() takes no arguments"),
        (ValueError(WORDS), "ValueError"),
    ],
)
def test_what_is_said_of_an_exception(error: Exception, shown: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", None, (type(error), error, None))
    assert Redacted("%(message)s").format(record) == f"failed\n{shown}"


LINK = "n0Tw3lKqzJ8mXc5VbYh2RfGdSaPoIuEtQ7r9L4kMjZA"


@pytest.mark.parametrize(
    "line",
    [
        f"postgresql+psycopg://frontdesk:{SECRET}@db:5432/frontdesk",
        f"redis://:{SECRET}@cache:6379/0",
        f"http://proxy-user:{SECRET}@proxy:3128",
        f"the webhook came with {SECRET}",
        "password=canary%2Dsecret",
        f"GET /help/my?link={LINK}",
        f"cookie frontdesk_chat={LINK};",
        "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi",
        "vk1.a.abcdef",
        "Bearer fd_abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_secrets_are_blanked_wherever_they_stand(line: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, line, None, None)
    shown = Redacted("%(message)s", [SECRET, "canary-secret".replace("-", "%2D")]).format(record)
    assert "***" in shown
    for part in (SECRET, LINK, "ABCDEFGHIJ", "abcdef", "canary%2Dsecret"):
        assert part not in shown


@pytest.mark.parametrize(
    "line",
    [
        "inbox event 17 of vk:main/1 is set aside",
        "http://127.0.0.1:8080/",
        "redis://localhost:6379/0",
        "3f0c1d0d6f6b3e9f1c2a5b7d8e9f00112233445566778899aabbccddeeff0011",
        "tests/bot/test_logs.py::test_what_nothing_is_wrong_with",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, line, None, None)
    assert Redacted("%(message)s", ["abc"]).format(record) == line


def test_every_secret_of_the_settings_is_known() -> None:
    channel = TelegramSettings(
        token=SecretStr("123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"),
        proxy="http://user:proxy%20password@proxy:3128",
        mode="webhook",
    )
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://user:database-password@db/x",
            "redis_url": "redis://:redis-password@cache/0",
            "secret_key": "a key of sixteen characters",
            "public_url": "https://help.example.org",
            "channels": (channel,),
        }
    )
    assert settings.secrets == {
        "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi",
        "proxy%20password",
        "proxy password",
        "database-password",
        "redis-password",
        "a key of sixteen characters",
        settings.webhook_secret(channel),
    }
