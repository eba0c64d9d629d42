"""Normalisation of text vectors, which removes differences of wording between texts with the same meaning.

Within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006): the more the vectors of one entry differ in a
direction, the less that direction counts.
"""

from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints, unit

_PRIOR = 0.01
"""Prior variance of each direction, as a part of the total variance."""

_NONE = 1e-3
"""Total variance, as a sum of squares, up to which the differences are only rounding of equal texts."""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Immutable. `centre` is the mean vector of the knowledge base, `matrix` the square transformation matrix."""

    centre: Floats
    matrix: Floats

    @classmethod
    def learn(cls, vectors: Floats, owners: Ints, centre: Floats) -> "Normalisation | None":
        """Learn from unit vectors, one row per text, and the entry of each; None if no entry has two different ones."""
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
        """Transform rows of vectors into comparable unit vectors; NaN stays NaN."""
        return unit((vectors - self.centre) @ self.matrix)
