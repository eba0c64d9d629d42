"""Overlap of word pairs: "turn the light down" has the words of "turn down the light" but not its pairs."""

from itertools import pairwise
from math import log

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.index.question import Question


def pairs_in_common(question: Question, texts: Ints, owners: Ints, count: int) -> Floats:
    """Return for each of `count` entries the share of the question's word pairs, by stem, that one of its texts has.

    The beginning and the end of a text are neighbours of its first and last word. `texts` are columns of forms, as
    returned by `Index.side_by_side`, `owners` their entries, counted from 0. Pairs are weighted by inverse entry
    frequency: the logarithm of the number of entries divided by the number of those that have the pair.
    """
    edge = int(question.places[-1])
    asked = [edge, *question.sequence, edge]
    keys = list(dict.fromkeys([one * (edge + 1) + other for one, other in pairwise(asked) if one and other]))
    numbers = np.full((edge + 1) ** 2, -1, np.int32)
    numbers[keys] = np.arange(len(keys), dtype=np.int32)
    cells = question.places.take(texts)
    pairs = cells[:-1] * np.int32(edge + 1)
    pairs += cells[1:]
    found = numbers.take(pairs)
    held = (found >= 0).nonzero()
    has = np.zeros((count, len(keys)), np.float32)
    has[owners.take(held[1]), found[held]] = 1.0
    weights = [log((count + 1) / (having + 0.5)) if having else 0.0 for having in np.add.reduce(has).tolist()]
    shares: Floats = has @ np.array(weights, np.float32) / max(sum(weights), 1e-6)
    return shares
