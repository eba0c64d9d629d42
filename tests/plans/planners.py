"""Query plans of each database, and the number of rows that a statement reads."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

SMALL = {
    "account_token",
    "agent",
    "agent_account",
    "agent_device",
    "agent_session",
    "alembic_version",
    "api_token",
    "canned_response",
    "canned_starter",
    "category",
    "channel_state",
    "entry",
    "knowledge_state",
    "lease",
    "office_day",
    "office_holiday",
    "office_zone",
    "phrasing",
    "ping_settings",
    "saved_view",
    "search_backfill",
    "tag",
    "text_vector",
    "wording_override",
    "usual_target",
    "webhook",
}
"""Tables that do not grow with contacts' messages; all others do."""


class Planner(Protocol):
    """Plans statements on an exclusive database."""

    def analyze(self) -> None:
        """Gather statistics."""

    def scans(self, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401 - as the driver takes them
        """Return the steps of the plan that scan a growing table."""

    def work(self, statement: str, parameters: Any) -> int:  # noqa: ANN401 - as the driver takes them
        """Run a statement, roll it back, and return about how many rows it read: at most twice the true number."""


_SCAN = re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
_ALIAS = re.compile(r'"?(\w+)"? AS "?(\w+)"?')
_STEPS_A_ROW = 4


class SqlitePlanner:
    """The file at `path`."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA foreign_keys=ON")
        tables = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self._growing = {name for (name,) in tables if not name.startswith("sqlite_")} - SMALL
        partial = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
        )
        self._partial = {name for (name,) in partial}

    def close(self) -> None:
        self._connection.close()

    def analyze(self) -> None:
        self._connection.execute("ANALYZE")

    def scans(self, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401 - as the driver takes them
        aliases = {alias: name for name, alias in _ALIAS.findall(statement)}
        found = []
        for *_, detail in self._connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
            step = _SCAN.match(detail)
            if step and aliases.get(step[1], step[1]) in self._growing and step[2] not in self._partial:
                found.append(detail)
        return found

    def work(self, statement: str, parameters: Any) -> int:  # noqa: ANN401 - as the driver takes them
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += _STEPS_A_ROW
            return 0

        self._connection.execute("BEGIN")
        self._connection.set_progress_handler(count, _STEPS_A_ROW)
        try:
            self._connection.execute(statement, parameters).fetchall()
        finally:
            self._connection.set_progress_handler(None, 0)
            self._connection.execute("ROLLBACK")
        return steps // _STEPS_A_ROW


class PostgresPlanner:
    """The database at `url`."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("+psycopg", ""))
        tables = self._connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self._growing = {str(name) for (name,) in tables} - SMALL
        partial = self._connection.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        self._partial = {str(name) for (name,) in partial}
        self._analyzed = False
        self._plan_as_for_large_tables()

    def close(self) -> None:
        self._connection.close()

    def analyze(self) -> None:
        self._connection.execute("ANALYZE")
        self._connection.commit()
        self._analyzed = True

    def scans(self, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401 - as the driver takes them
        return [
            f"{node['Node Type']} {node.get('Index Name', '')} on {node['Relation Name']}"
            for node in self._nodes("", statement, parameters)
            if node.get("Relation Name") in self._growing
            # In an index's order up to a limit: how far it goes is what `work` says.
            and not ("Index" in node["Node Type"] and node["limited"])
            and not any(condition in node for condition in ("Index Cond", "Recheck Cond", "TID Cond"))
            and node["Node Type"] not in {"ModifyTable", "LockRows"}
            and node.get("Index Name") not in self._partial
        ]

    def work(self, statement: str, parameters: Any) -> int:  # noqa: ANN401 - as the driver takes them
        if not self._analyzed:
            return 0  # every condition counts as rare; the server gathers statistics by itself, in time
        looked_at = 0.0
        for node in self._nodes("ANALYZE, ", statement, parameters):
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            if node.get("Relation Name") in self._growing and node["Node Type"] != "ModifyTable":
                looked_at += (node["Actual Rows"] + removed) * node["Actual Loops"]
        return round(looked_at)

    def _plan_as_for_large_tables(self) -> None:
        """Disable plans for small tables, for which a scan would be right."""
        for setting in ("enable_seqscan = off", "random_page_cost = 1.1"):
            self._connection.execute(f"SET {setting}".encode())
        self._connection.commit()

    def _nodes(self, how: str, statement: str, parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - as above
        explained = f"EXPLAIN ({how}FORMAT JSON) {statement}"
        row = self._connection.execute(explained, parameters).fetchone()
        self._connection.rollback()
        assert row is not None
        yield from _flat(row[0][0]["Plan"])


def _flat(node: dict[str, Any], *, limited: bool = False) -> Iterator[dict[str, Any]]:
    yield node | {"limited": limited}
    for child in node.get("Plans", ()):
        yield from _flat(child, limited=limited or node["Node Type"] == "Limit")


@contextmanager
def planner(url: str) -> Iterator[Planner]:
    """For the database at a SQLAlchemy address."""
    made = SqlitePlanner(Path(url.removeprefix("sqlite:///"))) if url.startswith("sqlite") else PostgresPlanner(url)
    with closing(made):
        yield made
