"""Detection of outages: a full disk or a lost server, as opposed to an error of the unit of work itself."""

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
    """Describe in a few words what is down; None if the error comes from the work itself."""
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, TimeoutError):
        return SILENT
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    return None


def outage_sentence(error: BaseException) -> str | None:
    """Describe the outage and its remedy for the user of the failed operation; None as for `outage`."""
    what = outage(error)
    if what is None:
        return None
    if what == FULL:
        return "The disk is full: make room and try again."
    if what == LOCKED:
        return "The database is locked by another process: close it there and try again."
    return f"The database does not work at present ({what}): see that it runs and takes writes, and try again."


class Notices:
    """Log for failing operations: an outage once, when it starts and when it ends; any other error each time.

    An operation that runs every second would otherwise fill the log, and the disk that is already full.
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
        return _SQLITE.get(code & 0xFF)  # the lowest byte is the kind, the others give details
    if error.connection_invalidated:
        return UNREACHABLE
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # psycopg could not reach a server at all
        return UNREACHABLE if type(error.orig).__name__ == "OperationalError" else None
    return next((words for prefix, words in _POSTGRES.items() if state.startswith(prefix)), None)
