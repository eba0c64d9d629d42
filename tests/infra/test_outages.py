"""What counts as an outage, and how often the log hears of one."""

import errno
import logging
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from infra.storage.outages import FULL, LOCKED, READ_ONLY, SILENT, UNREACHABLE, Notices, outage, outage_sentence


def of_sqlite(code: int) -> DBAPIError:
    error = sqlite3.OperationalError("quotes a row")
    error.sqlite_errorcode = code
    return OperationalError("INSERT", None, error)


def of_postgres(kind: type[psycopg.Error], *, lost: bool = False) -> DBAPIError:
    return OperationalError("INSERT", None, kind("quotes a row"), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (of_sqlite(sqlite3.SQLITE_FULL), FULL),
        (of_sqlite(sqlite3.SQLITE_BUSY), LOCKED),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), LOCKED),  # the lowest byte is the kind
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), "the disk does not take what is written"),
        (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), READ_ONLY),
        (of_sqlite(sqlite3.SQLITE_CONSTRAINT_UNIQUE), None),
        (of_sqlite(sqlite3.SQLITE_ERROR), None),
        (of_postgres(psycopg.errors.DiskFull), FULL),
        (of_postgres(psycopg.errors.TooManyConnections), "out of resources"),
        (of_postgres(psycopg.errors.LockNotAvailable), LOCKED),
        (of_postgres(psycopg.errors.ReadOnlySqlTransaction), READ_ONLY),
        (of_postgres(psycopg.errors.AdminShutdown), UNREACHABLE),
        (of_postgres(psycopg.OperationalError), UNREACHABLE),
        (of_postgres(psycopg.errors.UniqueViolation, lost=True), UNREACHABLE),
        (of_postgres(psycopg.errors.UniqueViolation), None),
        (IntegrityError("INSERT", None, psycopg.errors.UniqueViolation()), None),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), FULL),
        (PermissionError(errno.EACCES, "Permission denied"), READ_ONLY),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), None),
        (TimeoutError(), SILENT),
        (ValueError("quotes a row"), None),
    ],
)
def test_an_outage_is_told_from_an_error(error: Exception, what: str | None) -> None:
    assert outage(error) == what
    sentence = outage_sentence(error)
    assert (sentence is None) == (what is None)
    if sentence is not None:
        assert sentence.endswith("try again.")
        assert "quotes a row" not in sentence


def test_the_log_hears_of_an_outage_when_it_begins_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices(logging.getLogger("bot.delivery.pump"), "vk:main: the outbox")
    caplog.set_level(logging.INFO)
    for _ in range(3600):
        notices.note_failure(OSError(errno.ENOSPC, "No space left on device"))
    notices.note_failure(TimeoutError())
    notices.note_success()
    notices.note_success()
    notices.note_failure(TimeoutError())
    assert caplog.messages == [
        "vk:main: the outbox cannot be worked at present: the disk is full",
        "vk:main: the outbox cannot be worked at present: does not answer",
        "vk:main: the outbox is worked again",
        "vk:main: the outbox cannot be worked at present: does not answer",
    ]


def test_the_log_hears_of_an_error_each_time(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices(logging.getLogger("bot.delivery.pump"), "the inbox")
    for _ in range(2):
        notices.note_failure(ValueError())
    assert caplog.messages == ["the inbox cannot be worked at present"] * 2
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
