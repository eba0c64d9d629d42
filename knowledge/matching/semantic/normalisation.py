"""Vectors of texts without what differs between texts that ask for the same: how people put it, not what it is about.

Within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006): directions in which the vectors of one entry differ
from each other count for less, the more they differ there.
"""

from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints, unit

_PRIOR = 0.01
"""How much each direction differs beforehand, as a part of all differences together."""

_NONE = 1e-3
"""So little difference in all, as a sum of squares, is the rounding of texts that are the same."""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Immutable. `centre` is the mean vector of the knowledge, `matrix` a square one that makes less of how things are put."""

    centre: Floats
    matrix: Floats

    @classmethod
    def learn(cls, vectors: Floats, owners: Ints, centre: Floats) -> "Normalisation | None":
        """From unit vectors, one row for each text, and the entry of each, in any order; None where no entry has two that differ."""
        order = np.argsort(owners, kind="stable")
        rows, owners = unit(vectors.take(order, axis=0) - centre), owners.take(order)
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        sizes = np.diff(starts, append=len(owners))
        rows -= (np.add.reduceat(rows, starts, axis=0) / sizes[:, None]).repeat(sizes, axis=0)
        scatter = rows.T @ rows
        whole = float(np.trace(scatter))
        if whole < _NONE:
            return None
        values, directions = np.linalg.eigh(scatter)
        kept = (1.0 + np.maximum(values, 0.0) / (_PRIOR * whole)) ** -0.5
        return cls(centre, ((directions * kept) @ directions.T).astype(np.float32))

    def of(self, vectors: Floats) -> Floats:
        """Rows of vectors as unit vectors that can be compared; what is not a number stays so."""
        return unit((vectors - self.centre) @ self.matrix)
