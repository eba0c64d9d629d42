"""Logs for operators: one line an event, identifiers only, and never a secret."""

import logging
import re

_SECRETS = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}|vk1\.a\.[\w.-]+|(?<=access_token=)[^&\s'\"]+|fd_[A-Za-z0-9_-]{20,}")
_QUIET = ("aiogram", "aiohttp", "alembic", "httpx", "urllib3", "uvicorn.error", "vk_api")


class Redacted(logging.Formatter):
    """Formats as usual, tracebacks too, and blanks whatever looks like a token."""

    def format(self, record: logging.LogRecord) -> str:
        return _SECRETS.sub("***", super().format(record))


def write_logs(level: int = logging.INFO) -> None:
    """Write to standard error from now on; libraries only their warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacted("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
