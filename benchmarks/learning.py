"""Training of the matcher's weights: learns a ranking and a logistic from judged questions.

No weight may count evidence against an entry: the signs of all weights are fixed (`confidence.AGAINST` lists the
columns that speak against an entry), and both learners are Newton's method projected on them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Weight of each kind of question in the loss, relative to 1 for clean ones; every second one of the others is used.
KINDS = {"clean": 1.0, "typo3": 0.5, "ramble": 0.3, "translit": 0.3, "nodiac": 0.3, "noisy": 0.3}
_THINNED = 0.3
_ORDER_DECAY = 5e-2
_CONFIDENCE_DECAY = 3e-3
_STEPS = 60


@dataclass
class Case:
    """One judged query: nearest entries, their feature rows, position of the right one (-1: missed, -2: none)."""

    entries: list[int]
    rows: NDArray[np.float32]
    right: int
    words: int


@dataclass
class Block:
    """The judged queries of one kind against one knowledge base; `ease` is that of its matcher."""

    name: str
    kind: str
    thinned: bool
    section: str
    richness: float
    ease: float
    cases: list[Case]

    @property
    def family(self) -> str:
        return self.name.split("_")[0]

    @property
    def weight(self) -> float:
        return KINDS[self.kind] * (_THINNED if self.thinned else 1.0)


_Loss = Callable[[Array], tuple[float, Array, Callable[[], Array]]]
"""Returns the value, the gradient, and a function that computes the Hessian."""


def minimise(loss: _Loss, width: int, signed: NDArray[np.bool_]) -> Array:
    """Minimise a convex loss by Newton steps, with the weights where `signed` kept from falling below zero."""
    weights = np.zeros(width)
    value, gradient, hessian = loss(weights)
    for _ in range(_STEPS):
        free = (weights > 0) | (gradient < 0) | ~signed
        step = np.zeros(width)
        step[free] = np.linalg.solve(hessian()[np.ix_(free, free)], -gradient[free])
        size = 1.0
        while True:
            new = weights + size * step
            new = np.where(signed, np.maximum(new, 0.0), new)
            found = loss(new)
            if found[0] <= value or size < 1e-4:
                break
            size /= 2
        if value - found[0] < 1e-8:
            break
        weights, (value, gradient, hessian) = new, found
    return weights


def learn_order(blocks: Sequence[Block], signs: Array) -> tuple[Array, Array]:
    """Learn the ranking, for poor and for rich knowledge bases: the right entry should outscore the others of its list.

    A listwise softmax, minimised over all questions.
    """
    lists: list[tuple[NDArray[np.float32], int]] = []
    shares: list[float] = []
    for block in blocks:
        own = [case for case in block.cases if case.right >= 0 and len(case.rows) > 1]
        for case in own:
            signed = case.rows * signs.astype(np.float32)
            lists.append((np.hstack([signed * (1 - block.richness), signed * block.richness]), case.right))
        shares += [block.weight / len(own)] * len(own)
    stacked = np.vstack([rows for rows, _ in lists]).astype(np.float64)
    scale = stacked.std(axis=0) + 1e-6
    stacked /= scale
    starts = np.cumsum([0] + [len(rows) for rows, _ in lists])[:-1]
    right = starts + np.array([place for _, place in lists])
    segment = np.repeat(np.arange(len(lists)), [len(rows) for rows, _ in lists])
    share = np.array(shares) / sum(shares)

    def loss(weights: Array) -> tuple[float, Array, Callable[[], Array]]:
        scores = stacked @ weights
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exp = np.exp(scores)
        total = np.add.reduceat(exp, starts)
        chance = exp / total[segment]
        mean = np.add.reduceat(stacked * chance[:, None], starts)
        value = -float(share @ (scores[right] - np.log(total))) + 0.5 * _ORDER_DECAY * float(weights @ weights)
        gradient = _ORDER_DECAY * weights - (share[:, None] * (stacked[right] - mean)).sum(axis=0)

        def hessian() -> Array:
            heavy = stacked * (chance * share[segment])[:, None]
            found: Array = stacked.T @ heavy - (mean * share[:, None]).T @ mean + _ORDER_DECAY * np.eye(len(weights))
            return found

        return value, gradient, hessian

    weights = minimise(loss, stacked.shape[1], np.ones(stacked.shape[1], bool)) / scale
    plain, rich = np.split(weights, 2)
    return plain * signs, rich * signs


def learn_confidence(rows: Array, right: Array, shares: Array, signs: Array) -> tuple[Array, float]:
    """Learn a logistic regression of whether the first entry is right; `rows` are its inputs."""
    shares = shares / shares.sum()
    middle, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    x = np.hstack([(rows - middle) / scale * signs, np.ones((len(rows), 1))])
    decay = _CONFIDENCE_DECAY * np.eye(x.shape[1])
    decay[-1, -1] = 0.0

    def loss(weights: Array) -> tuple[float, Array, Callable[[], Array]]:
        logit = x @ weights
        chance = 1 / (1 + np.exp(-logit))
        value = float(shares @ (np.logaddexp(0.0, logit) - right * logit) + 0.5 * weights @ decay @ weights)
        gradient = decay @ weights - x.T @ (shares * (right - chance))
        return value, gradient, lambda: (x * (shares * chance * (1 - chance))[:, None]).T @ x + decay

    weights = minimise(loss, x.shape[1], np.append(np.ones(len(signs), bool), False))
    slopes = weights[:-1] * signs / scale
    return slopes, float(weights[-1] - slopes @ middle)
