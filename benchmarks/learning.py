"""Training of the matcher's weights: learns a ranking and a logistic from judged questions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.ranking.confidence import agree, circumstances
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.semantic.vectors import NAMES as SEMANTIC_NAMES
from knowledge.matching.values import Thresholds

Array = NDArray[np.float64]

# Weight of each kind of question in the loss, relative to 1 for clean ones; every second one of the others is used.
KINDS = {"clean": 1.0, "typo3": 0.5, "ramble": 0.3, "translit": 0.3, "nodiac": 0.3, "noisy": 0.3}
_THINNED = 0.3
# The only sets with real answers have few phrasings, so the weight of answers beside many cannot be learned.
_ANSWER_COLUMNS = [NAMES.index("answered"), NAMES.index("answer_meant"), len(NAMES) + SEMANTIC_NAMES.index("told")]
_MANNERS = [NAMES.index(name) for name in ("idle", "bare", "manner")]
"""Used for ranking only: they made the confidence worse if the phrasings have many manners."""
_BY_WORDS_ALONE = [*_MANNERS, NAMES.index("opposed"), NAMES.index("pairs")]
"""Not used together with vectors, as they made the ranking worse or no better, across families: with the first four,
.740 of the first entries were right instead of .747; with the last, .756 instead of .754, but of rambling questions
.715 instead of .721."""
SURE = Thresholds().answer
_ORDER_DECAY = 5e-2
_CONFIDENCE_DECAY = 3e-3


@dataclass
class Case:
    """One judged query: nearest entries, their feature rows, position of the right one (-1: missed, -2: none)."""

    entries: list[int]
    rows: NDArray[np.float32]
    right: int
    known: float
    words: int


@dataclass
class Block:
    """The judged queries of one kind against one knowledge base."""

    name: str
    kind: str
    thinned: bool
    section: str
    richness: float
    cases: list[Case]

    @property
    def family(self) -> str:
        return self.name.split("_")[0]

    @property
    def weight(self) -> float:
        return KINDS[self.kind] * (_THINNED if self.thinned else 1.0)


def widened(block: Block, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the columns for `Weights.plain`, then for `Weights.rich`."""
    if block.section == "semantic":
        rows = rows.copy()
        rows[:, _BY_WORDS_ALONE] = 0.0
    rich = rows * np.float32(block.richness)
    rich[:, [column for column in _ANSWER_COLUMNS if column < rows.shape[1]]] = 0.0
    return np.hstack([rows, rich])


def learn_order(blocks: list[Block]) -> Array:
    """Listwise softmax by damped Newton steps: the right entry should outscore the others of its list."""
    lists, shares = [], []
    for block in blocks:
        own = [case for case in block.cases if case.right >= 0 and len(case.rows) > 1]
        lists += [(widened(block, case.rows), case.right) for case in own]
        shares += [block.weight / len(own)] * len(own)
    stacked = np.vstack([rows for rows, _ in lists]).astype(np.float64)
    scale = stacked.std(axis=0) + 1e-6
    stacked /= scale
    starts = np.cumsum([0] + [len(rows) for rows, _ in lists])[:-1]
    right = starts + np.array([place for _, place in lists])
    segment = np.repeat(np.arange(len(lists)), [len(rows) for rows, _ in lists])
    share = np.array(shares) / sum(shares)

    def loss(candidate: Array) -> tuple[float, Array]:
        scores = stacked @ candidate
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exp = np.exp(scores)
        total = np.add.reduceat(exp, starts)
        value = -float(share @ (scores[right] - np.log(total))) + 0.5 * _ORDER_DECAY * float(candidate @ candidate)
        return value, exp / total[segment]

    weights = np.zeros(stacked.shape[1])
    value, chance = loss(weights)
    for _ in range(40):
        mean = np.add.reduceat(stacked * chance[:, None], starts)
        gradient = (share[:, None] * (stacked[right] - mean)).sum(axis=0) - _ORDER_DECAY * weights
        heavy = stacked * (chance * share[segment])[:, None]
        hessian = stacked.T @ heavy - (mean * share[:, None]).T @ mean + _ORDER_DECAY * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-4 and loss(weights + size * step)[0] > value:
            size /= 2
        new, new_chance = loss(weights + size * step)
        if value - new < 1e-8:
            break
        weights, value, chance = weights + size * step, new, new_chance
    unscaled: Array = weights / scale
    return unscaled


def judged(block: Block, case: Case, order: Array) -> tuple[Array, int]:
    """Return the circumstances of the first entry and the rank of the right one (-1: missed, -2: none)."""
    scores = widened(block, case.rows) @ order
    ranking = np.argsort(-scores, kind="stable")
    rank = int(np.flatnonzero(ranking == case.right)[0]) if case.right >= 0 else case.right
    best = case.rows[ranking[0]].copy()
    best[_MANNERS] = 0.0
    return circumstances(scores[ranking].tolist(), best, case.known, case.words).astype(np.float64), rank


def learn_confidence(blocks: list[Block], order: Array) -> tuple[Array, float]:
    """Learn by Newton steps a logistic regression of whether the first entry is right."""
    rows, truth, shares = [], [], []
    for block in blocks:
        own = [case for case in block.cases if len(case.rows)]
        for case in own:
            around, rank = judged(block, case, order)
            rows.append(around)
            truth.append(rank == 0)
            shares.append(block.weight / len(own))
    x, y, w = np.array(rows), np.array(truth, np.float64), np.array(shares)
    w /= w.sum()
    middle, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.hstack([(x - middle) / scale, np.ones((len(x), 1))])
    weights = np.zeros(x.shape[1])
    ridge = _CONFIDENCE_DECAY * np.eye(x.shape[1])
    ridge[-1, -1] = 0
    for _ in range(30):
        chance = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (w * (y - chance)) - ridge @ weights
        hessian = (x * (w * chance * (1 - chance))[:, None]).T @ x + ridge + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-7:
            break
    slopes = weights[:-1] / scale
    return slopes, float(weights[-1] - slopes @ middle)


@dataclass
class Judged:
    """Confidence, correctness and answerability of each query of a block, and the probability of each entry."""

    block: Block
    chance: Array
    rank: NDArray[np.int64]
    by_entry: list[dict[int, float]]

    @property
    def inside(self) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = self.rank != -2
        return inside

    @property
    def right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.rank == 0
        return right

    def at(self, level: float) -> tuple[float, float, float, int]:
        """Return precision, coverage, share of answered unanswerable questions, and number of answers."""
        answered = self.chance >= level
        precision = float(self.right[answered].mean()) if answered.any() else float("nan")
        coverage = float((answered & self.right).sum() / self.inside.sum())
        return precision, coverage, float(answered[~self.inside].mean()), int(answered.sum())


def judge(block: Block, order: Array, slopes: Array, bias: float) -> Judged:
    chances, ranks, by_entry = [], [], []
    for case in block.cases:
        if len(case.rows):
            around, rank = judged(block, case, order)
            chances.append(float(1 / (1 + np.exp(-(around @ slopes + bias)))))
            ranks.append(rank)
            scores = widened(block, case.rows) @ order
            given = chances[-1] * np.exp(scores - scores.max())
            by_entry.append(dict(zip(case.entries, given.tolist(), strict=True)))
        else:
            chances.append(0.0)
            ranks.append(min(case.right, -1))
            by_entry.append({})
    return Judged(block, np.array(chances), np.array(ranks), by_entry)


def combined(lexical: Judged, semantic: Judged) -> Judged:
    """Combine both: confident results by words stay; else vectors rank, and both give the probability."""
    sure = lexical.chance >= SURE
    chance = np.array(
        [
            agree(chance, words.get(max(vectors, key=vectors.__getitem__), 0.0)) if vectors else 0.0
            for chance, vectors, words in zip(semantic.chance, semantic.by_entry, lexical.by_entry, strict=True)
        ]
    )
    return Judged(
        semantic.block,
        np.where(sure, lexical.chance, chance),
        np.where(sure, lexical.rank, semantic.rank),
        semantic.by_entry,
    )
