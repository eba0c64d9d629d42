"""Common fixtures: a separate database on either server, and its bus."""

import ast
import logging
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.canary import canary
from tests.servers.databases import Databases
from tests.servers.postgres import Postgres
from tests.servers.valkey import Valkey

# A busy machine is no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest.register_assert_rewrite("tests.durability.ordeal")  # what it compares is long, and a failure should show where


_parse, _one_at_a_time = ast.parse, threading.RLock()


def _parse_alone(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - it stands for `ast.parse`
    with _one_at_a_time:
        return _parse(*args, **options)


# Hypothesis parses sources while the program's threads load arrays, whose headers numpy parses: in Python 3.11 two at
# once can fail with "AST constructor recursion depth mismatch".
ast.parse = _parse_alone


@dataclass(frozen=True, slots=True)
class Backend:
    """Where a test keeps its record and, perhaps, its hints."""

    database_url: str
    redis_url: str | None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.close()


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    return Databases(postgres)


@pytest.fixture
def postgres_database(databases: Databases) -> Iterator[str]:
    """The address of an empty database with every table."""
    yield databases.lend()
    databases.take_back()


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Both ways to run: SQLite with hints in the process, PostgreSQL with hints through Valkey."""
    if request.param == "sqlite":
        return Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    return Backend(request.getfixturevalue("postgres_database"), request.getfixturevalue("valkey").url)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first: begun last, they would keep one worker busy while the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


# --- nothing private is logged ----------------------------------------------------------------------------------------


def pytest_configure() -> None:
    canary.listen()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Restore the logging of the process: a command that a test calls sets it up, and the next test would see that."""
    root = logging.getLogger()
    level, raising, handlers = root.level, logging.raiseExceptions, set(root.handlers)
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    logging.raiseExceptions = raising
    if root.level != level:
        root.setLevel(level)
    if canary not in root.handlers:  # `write_logs` removes every handler and adds its own
        logging.captureWarnings(False)
        for handler in set(root.handlers) - handlers:
            if type(handler) is logging.StreamHandler:
                root.removeHandler(handler)
        canary.listen()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Check after each test that the log contains no contact's words and no secret."""
    if leaks := canary.taken():
        pytest.fail("the log shows what it must not:\n" + "\n".join(leaks), pytrace=False)


# --- nothing may be skipped where everything is installed ------------------------------------------------------------

NOTHING_SKIPPED = "TESTS_NOTHING_SKIPPED"
"""Set in the environment, it makes every skipped test a failure of the run."""
_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - of a library without types
    """Modules that a worker of a distributed run skipped whole are known only there."""
    _skipped.extend(set(getattr(node, "workeroutput", {}).get("skipped", ())) - set(_skipped))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["skipped"] = _skipped
    elif os.environ.get(NOTHING_SKIPPED) and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get(NOTHING_SKIPPED) and _skipped:
        terminalreporter.section(f"skipped, though {NOTHING_SKIPPED} is set", red=True)
        for name in sorted(set(_skipped)):
            terminalreporter.line(name)
