"""Kernel ridge regression from phrasings to entries, trained when the index is built.

It learns which words distinguish two entries. Unlike a classifier whose probabilities must sum to one, its value for an
entry stays near zero for a question that resembles nothing.
"""

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.index.question import Question
from knowledge.matching.index.sparse_index import Index

_MOST = 3000
"""Number of phrasings above which nothing is trained: the square matrix would cost too much memory."""

_LEAST_PER_ENTRY = 3.5
"""Mean number of phrasings per entry below which training does not help."""

_RIDGE = 0.5
_BY_MEANING = 0.5
_BLOCK = 64


class Lessons:
    """The trained regression. Immutable; empty if the knowledge base is too large or has too few phrasings."""

    def __init__(self, index: Index) -> None:
        count, width = len(index.texts), len(index.entry_ids)
        self._taught: Floats | None = None
        if not _LEAST_PER_ENTRY * width < count <= _MOST:
            return
        self._meanings = index.meanings(np.arange(count))
        system = np.zeros((count, count + width), np.float32)
        kernel, wanted = system[:, :count], system[:, count:]
        for number in range(count):
            forms = [index.vocabulary.forms[form] for form in index.tokens.row(number)]
            asked = Question.of(forms, index.vocabulary)
            kernel[number] = self._kernel(asked, index.cosines(asked))
        kernel += kernel.T
        kernel *= 0.5
        kernel[np.diag_indices(count)] += _RIDGE
        wanted[np.arange(count), index.owners] = 1.0
        self._taught = np.ascontiguousarray(solve(system).T)

    def of(self, question: Question, cosines: Floats, entries: Ints) -> Floats | None:
        """Return a value per entry; `cosines` are those of `Index.cosines`. None if nothing was trained."""
        if self._taught is None:
            return None
        values: Floats = self._taught.take(entries, axis=0) @ self._kernel(question, cosines)
        return values

    def _kernel(self, question: Question, cosines: Floats) -> Floats:
        """Return half the mean cosine plus half its square: near phrasings count for more than many distant ones."""
        mean = self._meanings @ question.intent
        mean *= _BY_MEANING
        mean += (1 - _BY_MEANING) * cosines.astype(np.float32)
        return 0.5 * mean * (1 + mean)


def solve(system: Floats) -> Floats:
    """Solve a positive definite system `[matrix | right sides]` in place, by block elimination.

    The linear algebra library never releases its working memory, which depends on the size of the call: one call for
    the whole system would cost megabytes for the lifetime of the process. The ridge makes the matrix definite, so no
    pivoting is needed.
    """
    count = len(system)
    blocks = [slice(first, min(first + _BLOCK, count)) for first in range(0, count, _BLOCK)]
    for own in blocks:
        beyond = system[own, own.stop :]
        beyond[:] = np.linalg.solve(system[own, own], beyond)
        for first in range(own.stop, count, _BLOCK):
            below = system[first : first + _BLOCK]
            below[:, own.stop :] -= below[:, own] @ beyond
    solution = system[:, count:]
    for own in reversed(blocks):
        solution[own] -= system[own, own.stop : count] @ solution[own.stop :]
    return solution
