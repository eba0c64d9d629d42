"""Telling an outage of what a unit of work stands on, a full disk or a lost server, from an error of the work itself."""

import errno
import logging
import sqlite3

from sqlalchemy.exc import DBAPIError

FULL = "the disk is full"
LOCKED = "locked by another process"
READ_ONLY = "read-only"
UNREACHABLE = "unreachable"
SILENT = "does not answer"

# https://www.sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_IOERR: "the disk does not take what is written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is damaged",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html; whole codes before classes.
_POSTGRES = {
    "53100": FULL,
    "53": "out of resources",
    "55P03": LOCKED,
    "25006": READ_ONLY,
    "08": UNREACHABLE,
    "57P": UNREACHABLE,
    "58": "the server's disk fails",
}
_SYSTEM = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
}


def outage(error: BaseException) -> str | None:
    """What is down, in a few words; None where the error is of the work's own making."""
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, TimeoutError):
        return SILENT
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    return None


def outage_sentence(error: BaseException) -> str | None:
    """The outage and its remedy, for whoever asked for what failed; None as for `outage`."""
    what = outage(error)
    if what is None:
        return None
    if what == FULL:
        return "The disk is full: make room and try again."
    if what == LOCKED:
        return "The database is locked by another process: close it there and try again."
    return f"The database does not work at present ({what}): see that it runs and takes writes, and try again."


class Notices:
    """Logs why something cannot be done: an outage once, when it begins and when it is over; an error each time.

    What works every second would else fill the log, and with it the very disk that is full.
    """

    def __init__(self, log: logging.Logger, subject: str) -> None:
        """`subject` begins each line, e.g. "vk:main: the outbox"."""
        self._log = log
        self._subject = subject
        self._outage: str | None = None

    def note_failure(self, error: Exception) -> None:
        what = outage(error)
        if what is None:
            self._log.warning("%s cannot be worked at present", self._subject, exc_info=error)
        elif what != self._outage:
            self._log.warning("%s cannot be worked at present: %s", self._subject, what)
        self._outage = what

    def note_success(self) -> None:
        if self._outage is not None:
            self._outage = None
            self._log.info("%s is worked again", self._subject)


def _of_database(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)  # the lowest byte is the kind, the others say more of it
    if error.connection_invalidated:
        return UNREACHABLE
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # psycopg could not speak to a server at all
        return UNREACHABLE if type(error.orig).__name__ == "OperationalError" else None
    return next((words for prefix, words in _POSTGRES.items() if state.startswith(prefix)), None)
