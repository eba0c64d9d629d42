"""Evaluation of the matcher's weights between knowledge bases: each family is judged by weights of the others.

Sets with the same name up to the first `_` are one family. All figures are means over families.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.learning import Array, Block, Case, learn_confidence, learn_order
from knowledge.matching.bands import is_ahead
from knowledge.matching.ranking.confidence import AGAINST, AROUND, Weights, circumstances, limit_probability
from knowledge.matching.values import Thresholds
from knowledge.quality.evaluation import auroc

OWN = "examples"
ONLY_JUDGED = frozenset({OWN, "cosibot", "rutube", "sara"})
"""Families that never train: the project's own questions, and sets whose licences do not allow it."""

FIGURES = ("@1", "@3", "AUROC", "right", "coverage", "oos")
"""Of a block: accuracy, recall among three, separation of the unanswerable, and for answers at the built-in threshold
the share that is right, the share of answerable questions answered rightly, that of unanswerable ones answered."""

_RESAMPLED = 1000
_SET = {"opposed": -2.5}
"""Weights of the ranking that are set, as too few questions teach them: an entry that fits comes before one that
contradicts."""


@dataclass
class Judged:
    """Confidence in the first and the second entry, and rank of the right entry (-1: missed, -2: none) by question."""

    block: Block
    chance: Array
    second: Array
    rank: NDArray[np.int64]

    @property
    def inside(self) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = self.rank != -2
        return inside

    @property
    def right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.rank == 0
        return right

    def at(self, level: float) -> tuple[float, float, float]:
        """Return precision, coverage, and the share of answered unanswerable questions at a threshold."""
        answered = self.chance >= level
        precision = float(self.right[answered].mean()) if answered.any() else float("nan")
        coverage = float((answered & self.right).sum() / self.inside.sum())
        return precision, coverage, float(answered[~self.inside].mean()) if not self.inside.all() else float("nan")

    def at_once(self, given: Thresholds) -> tuple[float, float, float, float]:
        """Return precision and coverage of answers and likely answers together, and two shares of the unanswerable.

        These are the shares that are answered, and that get choices.
        """
        ahead = np.array([is_ahead(first, second) for first, second in zip(self.chance, self.second, strict=True)])
        answered = (self.chance >= given.answer) | ((self.chance >= given.likely) & ahead)
        offered = ~answered & (self.chance >= given.suggest)
        precision = float(self.right[answered].mean()) if answered.any() else float("nan")
        outside = ~self.inside
        spoken = [float(of[outside].mean()) if outside.any() else float("nan") for of in (answered, offered)]
        return precision, float((answered & self.right).sum() / self.inside.sum()), spoken[0], spoken[1]

    @property
    def figures(self) -> tuple[float, ...]:
        """Return `FIGURES`."""
        rank, inside = self.rank[self.inside], self.inside
        third = float(((rank >= 0) & (rank < 3)).mean())
        area = auroc(self.chance[inside], self.chance[~inside])
        return float((rank == 0).mean()), third, area, *self.at(Thresholds().answer)


def learn(blocks: Sequence[Block], names: Sequence[str], without: frozenset[str] = frozenset()) -> Weights:
    """Learn weights from the blocks; the columns in `without` get none."""
    blocks = [block for block in blocks if block.family not in ONLY_JUDGED]
    signs = np.array([0.0 if name in without else -1.0 if name in AGAINST else 1.0 for name in names])
    plain, rich = learn_order(blocks, np.where(np.isin(names, list(_SET)), 0.0, signs))
    for name, weight in _SET.items():
        if name not in without:
            plain[names.index(name)] = rich[names.index(name)] = weight
    weights = Weights(plain.astype(np.float32), rich.astype(np.float32), np.zeros(0, np.float32), 0.0)
    rows, right, shares = [], [], []
    for block in blocks:
        own = [case for case in block.cases if len(case.rows)]
        for case in own:
            around, rank, _ = _first(block, case, weights)
            rows.append(around)
            right.append(rank == 0)
            shares.append(block.weight / len(own))
    around_signs = [-1.0 if name in AGAINST else 1.0 for name in AROUND]
    slopes, bias = learn_confidence(
        np.array(rows, np.float64), np.array(right, np.float64), np.array(shares), np.append(around_signs, signs)
    )
    return Weights(weights.plain, weights.rich, slopes.astype(np.float32), bias)


def _first(block: Block, case: Case, weights: Weights) -> tuple[NDArray[np.float32], int, float]:
    """Return the circumstances of the first entry, the rank of the right one, and the second's share of the first."""
    scores = case.rows @ weights.order(block.richness)
    ranking = np.argsort(-scores, kind="stable")
    rank = int(np.flatnonzero(ranking == case.right)[0]) if case.right >= 0 else case.right
    ordered = scores[ranking].tolist()
    second = float(np.exp(ordered[1] - ordered[0])) if len(ordered) > 1 else 0.0
    return circumstances(ordered, case.rows[ranking[0]], case.words).astype(np.float32), rank, second


def judge(block: Block, weights: Weights) -> Judged:
    chances, seconds, ranks = [], [], []
    for case in block.cases:
        if len(case.rows):
            around, rank, second = _first(block, case, weights)
            chances.append(limit_probability(weights.probability(around, block.ease), around[len(AROUND) :]))
            seconds.append(second * chances[-1])
            ranks.append(rank)
        else:
            chances.append(0.0)
            seconds.append(0.0)
            ranks.append(min(case.right, -1))
    return Judged(block, np.array(chances), np.array(seconds), np.array(ranks))


def learn_by_family(
    blocks: Sequence[Block], names: Sequence[str], without: frozenset[str] = frozenset()
) -> Callable[[str], Weights]:
    """Return the weights to judge a family by: learned from all others."""
    families = {block.family for block in blocks} - ONLY_JUDGED
    learned = {
        family: learn([block for block in blocks if block.family != family], names, without) for family in families
    }
    everything = learn(blocks, names, without)
    return lambda family: learned.get(family, everything)


def judge_by_others(blocks: Sequence[Block], weights_of: Callable[[str], Weights]) -> list[Judged]:
    return [judge(block, weights_of(block.family)) for block in blocks if not block.thinned]


def combine(lexical: Sequence[Judged], semantic: Sequence[Judged]) -> list[Judged]:
    """Return what the matcher answers: by words where they are sure or there are no vectors, else with vectors."""
    found = {(done.block.name, done.block.kind): done for done in semantic}
    combined = []
    for words in lexical:
        both = found.get((words.block.name, words.block.kind), words)
        blind = [not len(case.rows) for case in both.block.cases]
        sure = (words.chance >= Thresholds().answer) | np.array(blind)
        pairs = ((words.chance, both.chance), (words.second, both.second), (words.rank, both.rank))
        combined.append(Judged(words.block, *(np.where(sure, *pair) for pair in pairs)))
    return combined


def family_means(judged: Sequence[Judged], kind: str, of: Callable[[Judged], Sequence[float]]) -> Array:
    """Return a line of figures for each family but the project's own set."""
    families: dict[str, list[Sequence[float]]] = defaultdict(list)
    for done in judged:
        if done.block.kind == kind and done.block.family != OWN:
            families[done.block.family].append(of(done))
    with np.errstate(invalid="ignore"):
        return np.array([np.nanmean(np.array(found, np.float64), axis=0) for found in families.values()])


def interval(by_family: Array) -> Array:
    """Return the middle 95 % of the mean over families, by resampling the families: two lines, lower and upper."""
    drawn = np.random.default_rng(1).integers(0, len(by_family), (_RESAMPLED, len(by_family)))
    bounds: Array = np.nanpercentile(np.nanmean(by_family[drawn], axis=1), [2.5, 97.5], axis=0)
    return bounds
