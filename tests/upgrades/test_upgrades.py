"""Every schema that there ever was becomes the present one, with its rows; what goes wrong changes nothing."""

import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from sqlalchemy import Column, event, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

import bot.program.app  # declares every table
from bot.program.schema import migrate
from handoff.models import Ticket, TicketStatus
from infra.database import Database
from infra.errors import PlainError
from infra.storage.columns import Base
from tests.bot.program import command
from tests.servers.databases import Databases
from tests.servers.postgres import Postgres
from tests.upgrades.dumps import Dump, drop_postgres, dump_of, dumped_revisions
from tests.upgrades.rewrites import REWRITES, Rows
from tests.upgrades.state import rows, statements, tables

MIGRATIONS = Path(bot.program.app.__file__).parents[1] / "migrations" / "versions"
REVISIONS = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*.py"))


@pytest.fixture(params=["sqlite", "postgres"])
def load(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Dump], Database]]:
    """Opens the database that a dump describes, on either server."""
    opened: list[Database] = []
    server: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgres" else None

    def load(dump: Dump) -> Database:
        name = f"schema_{dump.revision}_{len(opened)}"
        url = dump.load_postgres(server, name) if server else dump.load_sqlite(tmp_path / name)
        opened.append(Database(url))
        return opened[-1]

    yield load
    for database in opened:
        database._store.close()
        if server:
            drop_postgres(server, str(database.url.database))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A SQLite database of the first schema."""
    dump_of("0001").load_sqlite(tmp_path / "frontdesk.db")
    database = Database(f"sqlite:///{tmp_path}/frontdesk.db")
    yield database
    database._store.close()


@pytest.fixture(scope="session")
def fresh(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The schema of a database that this code made, on either server."""
    found = {}
    for url in (f"sqlite:///{tmp_path_factory.mktemp('fresh')}/frontdesk.db", databases.lend()):
        database = Database(url)
        migrate(database)
        found[database.dialect] = statements(database)
        database._store.close()
    return found


_DECLARED = "import bot.program.schema as s; print(*sorted(s.Base.metadata.tables))"


def test_the_schema_declares_the_tables_of_every_package() -> None:
    """A module of tables that only pages import would be missing from a database that a command creates."""
    root = MIGRATIONS.parents[2]
    declared = re.compile(r'__tablename__ = "(\w+)"')
    tables = {
        name
        for package in ("bot", "handoff", "infra", "knowledge")
        for path in (root / package).rglob("*.py")
        for name in declared.findall(path.read_text("utf-8"))
    }
    found = subprocess.run([sys.executable, "-c", _DECLARED], capture_output=True, text=True, check=True, cwd=root)
    assert set(found.stdout.split()) == tables


def test_a_migration_comes_with_a_dump_of_the_schema_before_it() -> None:
    missing = set(REVISIONS[:-1]) - set(dumped_revisions())
    assert not missing, f"see tests/data/schemas/README.md: there is no dump of {', '.join(sorted(missing))}"


@pytest.mark.parametrize("revision", dumped_revisions())
def test_a_dump_has_rows_in_every_table_and_a_value_in_every_column(revision: str, tmp_path: Path) -> None:
    database = Database(dump_of(revision).load_sqlite(tmp_path / "frontdesk.db"))
    try:
        stored = rows(database)
        assert set(stored) == tables(database)
        empty = {
            f"{table}.{name}"
            for table, found in stored.items()
            for name in (found[0] if found else ["*"])
            if all(row[name] is None for row in found)
        }
        assert not empty
    finally:
        database._store.close()


def _pairs() -> Iterator[ParameterSet]:
    """All dumps on SQLite, where most changes rebuild a table; on PostgreSQL the oldest, the newest and every third."""
    dumped = dumped_revisions()
    for number, revision in enumerate(dumped):
        yield pytest.param("sqlite", revision)
        rare = number % 3 and revision != dumped[-1]
        yield pytest.param("postgres", revision, marks=[pytest.mark.soak] if rare else [])


@pytest.mark.parametrize(("load", "revision"), list(_pairs()), indirect=["load"])
def test_rows_of_every_schema_are_there_and_right_after_the_upgrade(
    revision: str, load: Callable[[Dump], Database], fresh: dict[str, list[str]]
) -> None:
    dump = dump_of(revision)
    database = load(dump)
    upgrade = migrate(database)
    assert (upgrade.revision if upgrade else revision) == REVISIONS[-1]
    assert statements(database) == fresh[database.dialect]
    _assert_rows_kept(dump, database)
    expected = _upgraded(dump)
    with Session(database.engine) as session:
        for mapper in Base.registry.mappers:
            found = session.scalars(select(mapper.class_)).all()  # each word and each JSON value is understood
            assert len(found) == len(expected.get(str(mapper.local_table), []))
        session.add(_ticket(contact_id=dump.rows["contact"][0]["id"]))
        session.flush()
        number = session.scalars(select(Ticket.id).order_by(Ticket.id.desc()).limit(1)).one()
        assert number == dump.counters["ticket"] + 1  # the number of a deleted ticket is not given again
        session.rollback()
        with pytest.raises(IntegrityError):
            session.execute(insert(Ticket).values(contact_id=99_999, **_COLUMNS))
        session.rollback()
        if database.dialect == "sqlite":
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def _assert_rows_kept(dump: Dump, database: Database) -> None:
    stored, expected = rows(database), _upgraded(dump)
    for table, found in stored.items():
        if table == "alembic_version":
            continue
        key = Base.metadata.tables[table].primary_key.columns.keys()
        wanted = sorted(expected.get(table, []), key=lambda row: [row[name] for name in key])
        assert sorted(found, key=lambda row: [row[name] for name in key]) == wanted


def _upgraded(dump: Dump) -> Rows:
    """The expected rows of a dump today: new columns have the model's default or a migration's value."""
    expected: Rows = {}
    for table, before in dump.rows.items():
        if table != "alembic_version":
            columns = Base.metadata.tables[table].columns
            new = {column.name: _default(column) for column in columns if column.name not in before[0]}
            expected[table] = [row | new for row in before]
    for revision, rewrite in REWRITES.items():
        if revision > dump.revision:
            rewrite(expected)
    return expected


def _default(column: Column[Any]) -> object:
    return column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None


_COLUMNS: dict[str, Any] = {
    "status": TicketStatus.OPEN,
    "question": "?",
    "language": "ru",
    "reason": "asked",
    "opened_at": datetime(2026, 11, 29, tzinfo=UTC),
    "due_at": datetime(2026, 11, 29, tzinfo=UTC),
    "updated_at": datetime(2026, 11, 29, tzinfo=UTC),
}


def _ticket(contact_id: int) -> Ticket:
    return Ticket(contact_id=contact_id, **_COLUMNS)


# --- the copy


def test_an_upgrade_copies_the_file_first_and_says_where_it_is(tmp_path: Path) -> None:
    before = dump_of("0006")
    before.load_sqlite(tmp_path / "frontdesk.db")
    said = command(tmp_path, "migrate")
    copy = tmp_path / "frontdesk.db.schema-0006"
    assert said.returncode == 0
    assert said.stdout == (
        f"The database is now at schema {REVISIONS[-1]}.\n"
        f"As it was before: {copy} (delete this copy once all is well).\n"
    )
    for revision in REVISIONS[REVISIONS.index("0006") + 1 :]:
        assert f"upgrading the database to schema {revision} (step " in said.stderr
    assert f"upgraded from schema 0006 to {REVISIONS[-1]}; the database as it was before: {copy}" in said.stderr
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frontdesk.db", "frontdesk.db.lock", copy.name]
    restored = Database(f"sqlite:///{copy}")
    try:
        stored = rows(restored)
        assert {table: len(found) for table, found in stored.items()} == {t: len(r) for t, r in before.rows.items()}
    finally:
        restored._store.close()


def test_a_command_that_upgrades_by_the_way_says_where_the_copy_is(tmp_path: Path) -> None:
    dump_of("0006").load_sqlite(tmp_path / "frontdesk.db")
    said = command(tmp_path, "token", "add", "robot")
    assert said.stdout.startswith("fd_")
    assert f"the database as it was before: {tmp_path}/frontdesk.db.schema-0006\n" in said.stderr


def test_without_room_for_the_copy_nothing_is_upgraded(old: Database) -> None:
    assert old.file is not None
    before = _state(old)
    with pytest.raises(
        PlainError, match=r"^The database is copied before an upgrade, and .* has no room .*: free 17 MB"
    ):
        migrate(old, free=lambda _folder: 2**20)
    assert _state(old) == before
    assert list(old.file.parent.glob("*.schema-*")) == []


def test_without_a_copy_nothing_is_upgraded(old: Database) -> None:
    assert old.file is not None
    before = _state(old)
    old.file.with_name("frontdesk.db.schema-0001").mkdir()
    with pytest.raises(PlainError, match=r"schema-0001 cannot be written .*: fix that, then start again\.$"):
        migrate(old)
    assert _state(old) == before
    assert list(old.file.parent.glob("*.part")) == []


# --- what goes wrong on the way


def test_an_upgrade_that_fails_at_any_statement_changes_nothing(load: Callable[[Dump], Database]) -> None:
    dump = dump_of("0005")
    other = load(dump)
    with _Counter(other, None) as counted:
        migrate(other)
    database = load(dump)
    before = _state(database)
    for number in (1, counted.statements // 3, counted.statements * 2 // 3, counted.statements):
        with _Counter(database, number), pytest.raises(InterruptedError):
            migrate(database)
        assert _state(database) == before
    assert migrate(database) is not None
    _assert_rows_kept(dump, database)


_KILLED = """
import os, sys
from sqlalchemy import event
from bot.program.schema import (migrate)
from infra.database import Database

def execute(connection, cursor, statement, *rest):
    if "DROP TABLE message" in statement:
        os._exit(9)

database = Database(sys.argv[1])
event.listen(database.engine, "after_cursor_execute", execute)
migrate(database)
"""


def test_an_upgrade_of_a_process_that_dies_changes_nothing(tmp_path: Path) -> None:
    dump = dump_of("0005")
    url = dump.load_sqlite(tmp_path / "frontdesk.db")
    assert subprocess.run([sys.executable, "-c", _KILLED, url], check=False).returncode == 9
    database = Database(url)
    try:
        assert {table: len(found) for table, found in rows(database).items()} == {
            t: len(r) for t, r in dump.rows.items()
        }
        assert rows(database)["alembic_version"] == [{"version_num": "0005"}]
        assert migrate(database) is not None
        _assert_rows_kept(dump, database)
    finally:
        database._store.close()


def test_a_disk_that_fills_up_changes_nothing(old: Database) -> None:
    before = _state(old)
    with old.engine.connect() as connection:  # the writer's own connection, on which migrations run
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(
        PlainError, match=r"^The disk is full or cannot be written, so the schema was not changed: make room"
    ):
        migrate(old)
    assert _state(old) == before


def test_a_row_that_refers_to_nothing_is_named_and_nothing_is_changed(old: Database) -> None:
    with old.engine.connect() as connection:
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("DELETE FROM ticket")
        driver.execute("PRAGMA foreign_keys=ON")
    before = _state(old)
    with pytest.raises(
        PlainError, match=r"^Rows of message refer to rows that do not exist, so the schema was not changed"
    ):
        migrate(old)
    assert _state(old) == before


def _state(database: Database) -> tuple[list[str], dict[str, list[dict[str, Any]]]]:
    return statements(database), rows(database)


class _Counter:
    """Counts the statements of an engine, and raises at one of them."""

    def __init__(self, database: Database, failing: int | None) -> None:
        self.statements = 0
        self._engine = database.engine
        self._failing = failing

    def __enter__(self) -> "_Counter":
        event.listen(self._engine, "before_cursor_execute", self._execute)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._execute)

    def _execute(self, *_: object) -> None:
        self.statements += 1
        if self.statements == self._failing:
            raise InterruptedError
