"""What the phrasings teach about each other: which words tell two entries apart, learned when the index is built.

Kernel ridge regression from phrasings to entries. Unlike a classifier whose probabilities must sum to one, its value for
an entry stays near zero for a question that resembles nothing.
"""

import numpy as np

from knowledge.matching.arrays import Floats
from knowledge.matching.index import Index
from knowledge.matching.question import Question

_MOST = 3000
"""Phrasings above which nothing is taught: the square matrix would cost more memory than the answers are worth."""

_LEAST_PER_ENTRY = 3.5
"""Phrasings per entry, on average, below which they have nothing to teach."""

_RIDGE = 1.0


class Lessons:
    """Immutable; `of` answers with one value per entry, all zero when the knowledge was too large to be taught."""

    def __init__(self, index: Index) -> None:
        count, width = len(index.texts), len(index.entry_ids)
        self._taught: Floats | None = None
        if not _LEAST_PER_ENTRY * width < count <= _MOST:
            return
        kernel = np.empty((count, count), np.float32)
        for number in range(count):
            forms = [index.vocabulary.forms[form] for form in index.tokens.row(number)]
            asked = Question.of(forms, index.vocabulary)
            kernel[number] = _sharpened(index.cosines(asked))
        kernel += kernel.T
        kernel *= 0.5
        kernel[np.diag_indices(count)] += _RIDGE
        wanted = np.zeros((count, width), np.float32)
        wanted[np.arange(count), index.owners] = 1.0
        self._taught = np.linalg.solve(kernel, wanted)
        self._width = width

    def of(self, cosines: Floats) -> Floats | None:
        if self._taught is None:
            return None
        values: Floats = _sharpened(cosines) @ self._taught
        return values


def _sharpened(cosines: Floats) -> Floats:
    """The kernel: half the mean cosine, half its square, so that near phrasings count for more than many faint ones."""
    return 0.5 * cosines + 0.5 * cosines * cosines
