"""Files and folders that the owner of the process alone can read: what contacts write is nobody else's."""

import os
from contextlib import suppress
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing. One that exists keeps its rights. Raises OSError."""
    missing = []
    for folder in (path, *path.parents):
        if folder.exists():
            break
        missing.append(folder)
    for folder in reversed(missing):
        folder.mkdir(mode=_FOLDER, exist_ok=True)
    path.mkdir(exist_ok=True)  # says so where something else is in its place


def make_file(path: Path) -> None:
    """Make an empty file where there is none, and take the rights of others away from one that exists. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _FILE))
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take the rights of others away, where the file exists and is ours."""
    with suppress(PermissionError, FileNotFoundError):
        if path.stat().st_mode & 0o077:
            path.chmod(_FILE)
