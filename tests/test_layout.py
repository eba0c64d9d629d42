"""The size of files and folders: a newcomer finds a behaviour by two folder names and reads a file in one go."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handoff", "infra", "knowledge")
MOST_MODULES, MOST_LINES = 15, 400


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert found
    return found


def test_a_folder_has_at_most_fifteen_modules() -> None:
    counts = Counter(path.parent.relative_to(ROOT) for path in modules() if path.name != "__init__.py")
    migrations = Path("bot/migrations/versions")  # grows with every change of the tables
    assert {
        str(folder): count for folder, count in counts.items() if count > MOST_MODULES and folder != migrations
    } == {}


def test_a_file_has_at_most_four_hundred_lines() -> None:
    files = [*modules(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_no_two_scripts_of_the_desk_declare_the_same_name() -> None:
    """Every page loads them into one scope, where the later function silently replaces the earlier."""
    declared = Counter(
        name
        for script in (ROOT / "handoff/dashboard/static").glob("*.js")
        for name in set(
            re.findall(r"^(?:(?:async )?function|const|let|class) (\w+)", script.read_text("utf-8"), re.MULTILINE)
        )
    )
    assert [name for name, files in declared.items() if files > 1] == []
