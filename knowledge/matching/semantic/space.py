"""The space in which text vectors of one knowledge base are compared.

Within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006) removes differences of wording between texts
with the same meaning: the more the vectors of one entry differ in a direction, the less that direction counts.

Encoders differ in how far apart they place texts. Cosines are therefore measured from the cosine with the mean of all
phrasings, in standard deviations of the cosines between them.
"""

from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints, unit

_PRIOR = 0.01
"""Prior variance of each direction, as a part of the total variance."""

_NONE = 1e-3
"""Total variance, as a sum of squares, up to which the differences are only rounding of equal texts."""

_SAMPLE = 256
_LEAST_SPREAD = 0.01


@dataclass(frozen=True, slots=True)
class Space:
    """Immutable. `matrix` transforms vectors from which `centre` was subtracted; None leaves them as they are."""

    centre: Floats
    matrix: Floats | None
    mean: Floats
    spread: float

    @classmethod
    def learn(cls, phrasings: Floats, vectors: Floats, owners: Ints | None) -> "Space":
        """Learn from unit vectors, at least one.

        `owners` are the entries of `vectors`, phrasings and answers alike; None leaves differences of wording.
        """
        centre: Floats = phrasings.mean(axis=0)
        space = cls(centre, _within(vectors, owners, centre) if owners is not None else None, centre, 1.0)
        compared = space.of(phrasings)
        sample = compared[:: max(len(compared) // _SAMPLE, 1)]
        between = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
        spread = max(float(between.std()), _LEAST_SPREAD) if len(between) else _LEAST_SPREAD
        return cls(centre, space.matrix, compared.mean(axis=0), spread)

    def of(self, vectors: Floats) -> Floats:
        """Transform rows of vectors into comparable unit vectors; NaN stays NaN."""
        return vectors if self.matrix is None else unit((vectors - self.centre) @ self.matrix)

    def cosines(self, rows: Floats, asked: Floats) -> Floats:
        """Return the cosines of rows with a question's vector, all of this space, in standard deviations."""
        cosines: Floats = (rows @ asked - float(self.mean @ asked)) / self.spread
        return cosines


def _within(vectors: Floats, owners: Ints, centre: Floats) -> Floats | None:
    """Return the transformation; None if no entry has two different vectors."""
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
    matrix: Floats = ((directions * kept) @ directions.T).astype(np.float32)
    return matrix
