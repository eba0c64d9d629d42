"""Files and folders that only the owner of the process can read, as they hold what contacts write."""

import os
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700


def make_folder(path: Path) -> None:
    """Create a folder and its missing parents. An existing one keeps its rights. Raises OSError."""
    missing = []
    for folder in (path, *path.parents):
        if folder.exists():
            break
        missing.append(folder)
    for folder in reversed(missing):
        folder.mkdir(mode=_FOLDER, exist_ok=True)
    path.mkdir(exist_ok=True)  # raises if something else is in its place


def make_file(path: Path) -> None:
    """Create an empty file if it is missing; take away others' rights on an existing one. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _FILE))
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take away others' rights on the file, if it exists and is ours."""
    with suppress(PermissionError, FileNotFoundError):
        if path.stat().st_mode & 0o077:
            path.chmod(_FILE)
