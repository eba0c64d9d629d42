"""Content-addressed file store: identical bytes are kept once, and no name from outside becomes a path."""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.errors import PlainError
from infra.private import make_folder

_KEY = re.compile(r"[0-9a-f]{64}")
_HEAD = 16
_INCOMING = "incoming-"
_KEPT_FREE = 256 * 1024 * 1024
"""Bytes of disk space that strangers' files leave free: the database may be on the same disk."""
_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SPACE = 1 << 20
"""Bytes that must be free; with less, a disk counts as full."""


def require_space(folder: Path) -> None:
    """Write a mebibyte to a temporary file in `folder` and remove it. Raises OSError if it cannot be written."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(bytes(_SPACE))


class TooBigError(Exception):
    """The file is longer than its limit."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Stored file: its key, its length and its first bytes."""

    key: str
    size: int
    head: bytes


class FileStore:
    """Store that keeps files for as long as a row names their key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Create the folder and check that files can be written there.

        Raises:
            PlainError: files cannot be written, and the cause is not a full disk, which may become free again.
        """
        try:
            make_folder(self._folder)
            require_space(self._folder)
        except OSError as error:
            if error.errno not in _PASSING:
                raise PlainError(f"{self._folder} cannot be written: choose another FRONTDESK_FILES_DIR.") from error

    @staticmethod
    def is_key(text: str) -> bool:
        """Return whether this can be the key of a file."""
        return _KEY.fullmatch(text) is not None

    def incoming(self, limit: int) -> "Incoming":
        """Start a file of at most `limit` bytes; nothing of it stays unless it is kept."""
        return Incoming(self._folder, limit)

    def path(self, key: str) -> Path:
        """Return the path of the file. Raises ValueError for a string that cannot be a key."""
        if not self.is_key(key):
            raise ValueError("not the key of a file")
        return self._folder / key[:2] / key

    def drop(self, key: str) -> None:
        """Remove a file that no row names any more; a file that is already gone is not an error."""
        self.path(key).unlink(missing_ok=True)

    def older_than(self, before: float) -> set[str]:
        """List the keys of files that were kept before this moment (seconds since 1970).

        Files older than this moment that a crash left half-written are removed on the way.
        """
        for left in self._folder.glob(f"{_INCOMING}*"):
            with contextlib.suppress(FileNotFoundError):
                if left.stat().st_mtime < before:
                    left.unlink()
        found = set()
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                if self.is_key(path.name) and path.stat().st_mtime < before:
                    found.add(path.name)
        return found

    def drop_older(self, key: str, before: float) -> bool:
        """Remove the file unless it was kept again since `before`; return whether it was removed.

        It is moved aside first: if the same bytes are kept concurrently, their file is not removed.
        """
        place = self.path(key)
        aside = self._folder / f"{_INCOMING}{key}"
        try:
            place.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime < before:
            aside.unlink(missing_ok=True)
            return True
        if place.exists():
            aside.unlink(missing_ok=True)
        else:
            aside.rename(place)
        return False

    def has_room(self, size: int) -> bool:
        """Return whether the disk can take this many bytes and keep the reserve for everything else."""
        folder = next((place for place in (self._folder, *self._folder.parents) if place.exists()), Path())
        return shutil.disk_usage(folder).free - size > _KEPT_FREE


class Incoming:
    """File written piece by piece beside the store and moved in whole, so that no reader sees a partial file."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._size = 0
        self._head = b""
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        make_folder(self._folder)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=_INCOMING)
        self._file, self._path = os.fdopen(descriptor, "wb"), Path(name)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Append `data`. Raises TooBigError beyond the limit."""
        self._size += len(piece)
        if self._size > self._limit:
            raise TooBigError
        self._head = (self._head + piece[:_HEAD])[:_HEAD]
        self._hash.update(piece)
        self._file.write(piece)

    def keep(self) -> Kept:
        """Move the file into the store; from here on it survives a loss of power."""
        self._file.flush()
        os.fsync(self._file.fileno())
        key = self._hash.hexdigest()
        place = self._folder / key[:2] / key
        make_folder(place.parent)
        self._path.replace(place)
        return Kept(key, self._size, self._head)
