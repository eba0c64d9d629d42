"""Startup time of the program with a year's messages in its database."""

import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.history import fill
from benchmarks.processes import Storage, launched
from benchmarks.report import Figure

MESSAGES = 1_000_000
GOAL_SECONDS = 5.0


async def opening(folder: Path, _storage: Storage, say: Callable[[str], None]) -> list[Figure]:
    """Measure the seconds until `run` and the demo serve pages; on SQLite, which the demo uses too."""
    figures = []
    for command, database, account in (("run", "year.db", "telegram:main"), ("demo", "var/demo.db", "telegram:demo")):
        path = folder / database
        path.parent.mkdir(exist_ok=True)
        settings = {"FRONTDESK_DATABASE_URL": f"sqlite:///{path}", "FRONTDESK_PORT": "0"}
        async with launched(folder, "bot", "migrate", **settings) as migrating:
            await migrating.ends()
        say(f"{command}: writing {MESSAGES:,} messages")
        fill(path, MESSAGES, account)
        say(f"{command}: starting")
        began = time.monotonic()
        async with launched(folder, "bot", command, **settings) as running:
            await running.line("Frontdesk is open:")
            seconds = time.monotonic() - began
        figures.append(Figure(f"start of `{command}` with a million messages", seconds, "s", at_most=GOAL_SECONDS))
        path.unlink()
    return figures
