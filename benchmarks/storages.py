"""The two ways to run, each made for one measurement: SQLite alone, and PostgreSQL with Valkey."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import Storage
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey


@contextmanager
def sqlite() -> Iterator[tuple[Path, Storage]]:
    with TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        yield Path(folder), Storage("SQLite", f"sqlite:///{folder}/frontdesk.db")


@contextmanager
def postgres() -> Iterator[tuple[Path, Storage]]:
    """Durable, as in production: each commit waits for the disk."""
    server, valkey = Postgres(durable=True), Valkey()
    try:
        with TemporaryDirectory(prefix="frontdesk-bench-") as folder:
            yield Path(folder), Storage("PostgreSQL + Valkey", server.url(), valkey.url)
    finally:
        valkey.close()
        server.close()
