"""The two deployments, each set up for one measurement: SQLite alone, and PostgreSQL with Valkey."""

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
    """Run PostgreSQL with durable commits, as in production."""
    server, valkey = Postgres(durable=True), Valkey()
    try:
        with TemporaryDirectory(prefix="frontdesk-bench-") as folder:
            yield Path(folder), Storage("PostgreSQL + Valkey", server.url(), valkey.url)
    finally:
        valkey.close()
        server.close()
