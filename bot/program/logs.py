"""Logs for operators: one line per event, with identifiers only, without secrets and people's texts.

A traceback names files, lines and classes. Exception messages are omitted because they often quote data: a database its
row, a parser its input. Kept are messages of exceptions that only describe code, and error codes of databases and the
system.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

from infra.errors import PlainError

_SECRETS = re.compile(
    r"\d{3,}:[A-Za-z0-9_-]{30,}"  # a Telegram bot
    r"|vk1\.a\.[\w.-]+"
    r"|(?<=access_token=)[^&\s'\"]+"
    r"|fd_[A-Za-z0-9_-]{20,}"  # a token of the REST interface
    r"|(?<=://)[^/\s@'\"]*:[^/\s'\"]*@(?=[^\s@])"  # user and password in an address
    # Values of `secrets.token_urlsafe(32)`: private links, sessions, forms.
    r"|(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z0-9_-]{43}(?![\w-])"
)
_QUIET = ("aiogram", "aiohttp", "alembic", "httpx", "urllib3", "uvicorn.error", "vk_api")
_OF_CODE = (
    AttributeError,
    ImportError,
    IndexError,
    MemoryError,
    ModuleNotFoundError,
    NameError,
    NotImplementedError,
    PlainError,
    RecursionError,
    TypeError,
    UnboundLocalError,
    ZeroDivisionError,
)
"""Exceptions whose messages describe code and not data."""
_SHORTEST = 4
"""Minimum length of a secret to be redacted everywhere; a shorter one would blank ordinary words."""


class Redacted(logging.Formatter):
    """Formats a record as one line, plus the traceback of an exception; redacts known and likely secrets."""

    def __init__(self, form: str | None = None, secrets: Iterable[str] = ()) -> None:
        """`secrets` are redacted as given and in their URL-encoded form."""
        super().__init__(form)
        known = {shape for secret in secrets if len(secret) >= _SHORTEST for shape in (secret, quote(secret, safe=""))}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def format(self, record: logging.LogRecord) -> str:
        line = _SECRETS.sub("***", super().format(record))
        return self._known.sub("***", line) if self._known else line

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is the library's
        if record.name == "asyncio":
            # Further lines show a task's result or exception.
            record.message = record.message.partition("\n")[0]
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is the library's
        error = ei[1] if isinstance(ei, tuple) else None
        return traceback_of(error) if isinstance(error, BaseException) else ""


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an exception and of its causes, without data from messages."""
    return "\n".join(_lines(error, set()))


def write_logs(secrets: Iterable[str] = (), level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Start logging to standard error; libraries log only warnings. Uncaught exceptions are logged too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Redacted("%(asctime)s %(levelname)-7s %(name)s: %(message)s", secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = False  # it would print a record's values, bypassing the handler
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    if error is None or not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("bot").critical("nothing caught this", exc_info=(kind, error or kind(), at))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Yield a traceback in Python's format, without exception messages that may contain data."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _lines(before, seen)
        yield "" if error.__cause__ is None else "which led to:"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        for frame in traceback.format_tb(error.__traceback__):
            yield frame.rstrip("\n")
    yield summary(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            if id(inner) not in seen:
                yield from (f"  | {line}" for line in _lines(inner, seen))


def summary(error: BaseException) -> str:
    """Return the class of an exception and the details that contain no data."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if kind in _OF_CODE:
        return f"{name}: {error}"
    said = _code(error)
    return f"{name}: {said}" if said else name


def _code(error: BaseException) -> str:
    """Return the error code of a database or the system: SQLSTATE and constraint, SQLite's name, or errno."""
    origin = getattr(error, "orig", None) or error
    told = [getattr(origin, "sqlite_errorname", None), getattr(origin, "sqlstate", None)]
    told.append(getattr(getattr(origin, "diag", None), "constraint_name", None))
    if isinstance(origin, OSError):
        told.append(origin.strerror)
    return " ".join(str(part) for part in told if part)
