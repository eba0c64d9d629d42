"""Make the dump of the schema of a commit, filled by the program of that commit (see tests/data/schemas/README.md).

usage: python -m tests.upgrades.make_dump [COMMIT]
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.upgrades.dumps import SCHEMAS

_REPOSITORY = Path(__file__).parents[2]
_JOURNEYS = "tests/journeys/test_trouble.py"
"""Every version has it, and it leads through most tables in seconds."""
_FILL = Path(__file__).with_name("fill.py")


def main(commit: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = folder / "program"
        program.mkdir()
        archive = subprocess.run(
            ["/usr/bin/env", "git", "archive", commit], cwd=_REPOSITORY, stdout=subprocess.PIPE, check=True
        ).stdout
        subprocess.run(["/usr/bin/env", "tar", "-x", "-C", program], input=archive, check=True)
        revision = max(path.name.partition("_")[0] for path in program.glob("bot/migrations/versions/[0-9]*.py"))
        database = _after_journeys(program, folder / "journeys")
        made = folder / "filled.db"
        shutil.copy(database, made)
        environment = {**os.environ, "PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1"}
        target = SCHEMAS / revision
        subprocess.run([sys.executable, _FILL, made, target], cwd=folder, env=environment, check=True)
    print(f"{target.relative_to(_REPOSITORY)}: {len((target / 'rows.jsonl').read_text().splitlines())} rows")  # noqa: T201


def _after_journeys(program: Path, folder: Path) -> Path:
    """Run journeys of that version, and return the database that has rows in most tables."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pytest",
        _JOURNEYS,
        "-q",
        "-n",
        "2",
        "-k",
        "sqlite",
        "--basetemp",
        folder,
    ]
    environment = {**os.environ, "PYTHONPATH": str(program)}
    subprocess.run(
        [*command, "-o", "tmp_path_retention_policy=all", "-p", "no:cacheprovider"],
        cwd=program, env=environment, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    # With all that its journal holds: a copy takes the file alone.
    found = {path: _filled_tables(path) for path in sorted(folder.rglob("frontdesk.db"))}
    assert found, "the journeys left no database"
    return max(found, key=lambda path: (found[path], -path.stat().st_size))


def _filled_tables(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = [connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")').fetchone()[0] for name in tables]  # noqa: S608
    return sum(counts)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "HEAD")
