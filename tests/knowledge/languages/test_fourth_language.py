"""CONTRIBUTING's recipe "Add a language" in a copy of the program: German is one module and its catalogues."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
REGISTRY = "knowledge/languages/__init__.py"
ADDED = {
    "knowledge/languages/de.py": HERE / "german.py",
    "bot/wording/de.po": HERE / "catalogues" / "bot.po",
    "handoff/locale/de.po": HERE / "catalogues" / "desk.po",
    "bot/web/locale/de.po": HERE / "catalogues" / "help.po",
    "examples/knowledge/de.yaml": HERE / "german.yaml",
}


def link_program(into: Path) -> None:
    """Lay out the program and the tests under `into`, each file a link to ours."""
    for name in ("bot", "handoff", "knowledge", "infra", "tests", "examples"):
        for file in (ROOT / name).rglob("*"):
            if file.is_file() and file.suffix != ".pyc":
                place = into / file.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(file)
    (into / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")


def add_german(to: Path) -> None:
    for name, source in ADDED.items():
        shutil.copy(source, to / name)
    registry = (ROOT / REGISTRY).read_text("utf-8")
    registry = registry.replace("\nfrom", "\nfrom knowledge.languages.de import GERMAN\nfrom", 1)
    registry = registry.replace("        HUNGARIAN,\n", "        HUNGARIAN,\n        GERMAN,\n")
    (to / REGISTRY).unlink()
    (to / REGISTRY).write_text(registry, "utf-8")


def test_a_language_is_a_module_a_line_and_its_catalogues(tmp_path: Path) -> None:
    link_program(tmp_path)
    add_german(tmp_path)
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/knowledge/languages/in_german.py")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_recipe_names_every_place() -> None:
    recipe = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("### Add a language")[2].partition("\n#")[0]
    named = set(re.findall(r"`([\w/.]+)`", recipe))
    for name in (*ADDED, REGISTRY):
        assert name.replace("/de.", "/CODE.") in named or f"{Path(name).parent}/" in named, name
