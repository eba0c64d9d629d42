"""Search all log output of the suite, in the program's own format, for data that must not be logged.

Log lines are English and hold identifiers only, so a Cyrillic letter is somebody's words or name. Besides: what looks
like a secret, and the secrets that tests agree on.
"""

import logging
import re

from bot.program.logs import Redacted

SECRETS = ("topsecret", "canary-secret", "canary words")
"""For tests of failures with a secret or with words in Latin letters."""
_LEAK = re.compile(
    r"[А-Яа-яЁё]|\d{3,}:[A-Za-z0-9_-]{30,}|vk1\.a\.\w|fd_[A-Za-z0-9_-]{20}|" + "|".join(map(re.escape, SECRETS))
)
_OURS = ("bot", "handoff", "infra", "knowledge")


class Canary(logging.Handler):
    """Remembers the lines that should never have been written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Redacted("%(name)s: %(message)s"))
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.search(self.format(record))

    def search(self, text: str) -> None:
        """Look through log output from wherever it comes, a subprocess for example."""
        self.leaks += [line for line in text.splitlines() if _LEAK.search(line)]

    def listen(self) -> None:
        """Hear every logger; ours from INFO on, as in production."""
        logging.getLogger().addHandler(self)
        for name in _OURS:
            logging.getLogger(name).setLevel(logging.INFO)

    def taken(self) -> list[str]:
        """The leaks since it was asked last."""
        leaks, self.leaks = self.leaks, []
        return leaks


canary = Canary()
