"""Counts the password hashes that the program computes, through the library that computes them."""

import os
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

COUNTED = "TEST_COUNTS_HASHES"
"""In the child's environment: the file that grows by a byte with each hash."""


def arm() -> None:
    """Count where the environment names a file."""
    if name := os.environ.get(COUNTED):
        _count(Path(name))


def hashes(file: Path) -> int:
    """Hashes so far."""
    return file.stat().st_size if file.exists() else 0


def _count(file: Path) -> None:
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, *arguments: Any) -> Any:  # noqa: ANN401 - as the library takes them
        with file.open("ab") as written:
            written.write(b".")
        return verify(self, *arguments)

    PasswordHasher.verify = counted  # type: ignore[method-assign,assignment]
