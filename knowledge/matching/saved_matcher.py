"""Saving and loading of a built matcher, so that a start does not have to build it.

The file is an npz archive of plain arrays with one JSON header; reading it executes no code, and the archive's
checksums detect damage. A file is accepted only if exactly the same code, weights and meanings wrote it. Any other
and any damaged file is ignored, because the index can always be rebuilt.
"""

import contextlib
import hashlib
import itertools
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import Stemmer
from numpy.typing import NDArray

from knowledge import languages
from knowledge.matching.arrays import Rows
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.lexicon.neighbours import Neighbours
from knowledge.matching.lexicon.scripts import Script
from knowledge.matching.lexicon.spelling import Spelling
from knowledge.matching.lexicon.vocabulary import Vocabulary
from knowledge.matching.matcher import Matcher, _Source
from knowledge.matching.ranking.confidence import Weights
from knowledge.matching.ranking.ridge import Lessons
from knowledge.matching.reader import Reader
from knowledge.matching.values import Thresholds

_PARTS: dict[str, type] = {
    part.__name__: part
    for part in (
        Matcher,
        _Source,
        Reader,
        Index,
        Vocabulary,
        Rows,
        Weights,
        Lessons,
        Script,
        Spelling,
        Neighbours,
    )
}
_FORGOTTEN = frozenset({"_prepared", "_remembered"})
"""Caches of words, which are not saved: recomputing them is faster than reading them."""
_HEADER = "header"
_UNREADABLE = (
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError, NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip

Origin = dict[str, Any]
"""The caller's description of a saved matcher: JSON values."""


def save(matcher: Matcher, path: Path, origin: Mapping[str, Any]) -> None:
    """Write the matcher to the file atomically.

    Raises OSError if the file cannot be written, and ValueError for a matcher with edits: only an index can be saved.
    """
    shelf = _Freezer()
    header = {"code": _code(), "origin": dict(origin), "matcher": shelf.freeze(matcher)}
    data = np.frombuffer(json.dumps(header).encode(), np.uint8)
    with _replacing(path) as file:
        np.savez(file, allow_pickle=False, **{_HEADER: data}, **shelf.arrays)


def load(path: Path, thresholds: Thresholds) -> tuple[Matcher, Origin] | None:
    """Return the saved matcher and its origin; None if there is no file written by this exact code."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            header = json.loads(file[_HEADER].tobytes())
            if header["code"] != _code():
                return None
            matcher = cast("Matcher", _Thawer(file, thresholds).thaw(header["matcher"]))
            matcher.prepare()
            return matcher, dict(header["origin"])
    except _UNREADABLE:
        return None


@cache
def _code() -> str:
    """Return a checksum of everything that determines an index: this package with its data, languages, stemmer."""
    digest = hashlib.sha256(f"{Stemmer.version()} {np.__version__}".encode())
    folders = (Path(__file__).parent, Path(languages.__file__).parent)
    for file in sorted(itertools.chain.from_iterable(folder.rglob("*.*") for folder in folders)):
        if file.suffix in {".py", ".json", ".npy"}:
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Any]:
    """Open a new file that replaces `path` once it is written."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class _Freezer:
    """Serializes a matcher into arrays and a description of JSON values."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}
        self._places: dict[int, int] = {}

    def freeze(self, value: object) -> Any:  # noqa: ANN401 - JSON
        """Return a description: a plain value unchanged, anything else as [kind, …]."""
        match value:
            case None | bool() | int() | float() | str():
                return value
            case np.ndarray():
                return ["array", self._kept(value)]
            case list() if all(type(item) is str for item in value):
                return ["texts", *self._texts(value)]
            case list() if all(type(item) is int for item in value):
                return ["numbers", self._kept(np.array(value, np.int64))]
            case set() if all(type(item) is str for item in value):
                return ["set", sorted(value)]
            case dict() if all(type(key) is str and type(item) is int for key, item in value.items()):
                return ["table", *self._texts(list(value)), self._kept(np.array(list(value.values()), np.int64))]
            case dict() if all(type(key) is str and type(item) is str for key, item in value.items()):
                return ["pairs", *self._texts(list(value)), *self._texts(list(value.values()))]
            case Thresholds():
                return ["thresholds"]
            case _ if type(value).__name__ in _PARTS:
                return self._part(value)
        raise ValueError(f"an index holds nothing like this {type(value).__name__}")

    def _part(self, part: object) -> list[Any]:
        """Describe a shared part once; later occurrences are references."""
        place = self._places.get(id(part))
        if place is not None:
            return ["same", place]
        place = self._places[id(part)] = len(self._places)
        fields = {
            name: ["table", *self._texts([]), self._kept(np.zeros(0, np.int64))]
            if name in _FORGOTTEN
            else self.freeze(value)
            for name, value in _attributes(part).items()
        }
        return ["part", type(part).__name__, place, fields]

    def _kept(self, array: NDArray[Any]) -> str:
        name = f"a{len(self.arrays)}"
        self.arrays[name] = array
        return name

    def _texts(self, texts: list[str]) -> tuple[str, str]:
        """Store texts as one byte string and their end positions in characters; lone surrogates are preserved."""
        whole = "".join(texts).encode("utf-8", "surrogatepass")
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
        return self._kept(np.frombuffer(whole, np.uint8)), self._kept(ends)


class _Thawer:
    """Deserializes a matcher."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], thresholds: Thresholds) -> None:
        self._arrays = arrays
        self._thresholds = thresholds
        self._parts: dict[int, object] = {}
        self._known: dict[str, str] = {}

    def thaw(self, value: Any) -> Any:  # noqa: ANN401 - whatever was frozen
        match value:
            case ["array", name]:
                return self._arrays[name]
            case ["texts", text, ends]:
                return self._texts(text, ends)
            case ["numbers", name]:
                return self._arrays[name].tolist()
            case ["set", items]:
                return set(items)
            case ["table", text, ends, numbers]:
                return dict(zip(self._texts(text, ends), self._arrays[numbers].tolist(), strict=True))
            case ["pairs", text, ends, other, other_ends]:
                return dict(zip(self._texts(text, ends), self._texts(other, other_ends), strict=True))
            case ["thresholds"]:
                return self._thresholds
            case ["same", place]:
                return self._parts[place]
            case ["part", name, place, fields]:
                part: object = object.__new__(_PARTS[name])
                self._parts[place] = part
                for field, content in fields.items():
                    object.__setattr__(part, field, self.thaw(content))  # some parts are frozen
                return part
            case None | bool() | int() | float() | str():
                return value
        raise ValueError("not a saved matcher")

    def _texts(self, text: str, ends: str) -> list[str]:
        whole = self._arrays[text].tobytes().decode("utf-8", "surrogatepass")
        places = [0, *self._arrays[ends].tolist()]
        found = (whole[begin:end] for begin, end in itertools.pairwise(places))
        return [self._known.setdefault(each, each) for each in found]  # words of several lists share one object


def _attributes(part: object) -> dict[str, object]:
    """Return the fields of a slotted dataclass, or the attributes of any other object."""
    slots = getattr(part, "__slots__", None)
    return {name: getattr(part, name) for name in slots} if slots else vars(part)
