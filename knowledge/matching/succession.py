"""Which words follow each other: "turn the light down" has the words of "turn down the light" but not its pairs."""

from itertools import pairwise

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.index import Index
from knowledge.matching.question import Question


def pairs_in_common(index: Index, question: Question, first: Ints, sizes: Ints) -> Floats:
    """For each entry, the share of the question's pairs of neighbouring words, by stem, that one of its phrasings has too.

    The beginning and the end of a text are neighbours of its first and last word. `first` and `sizes` are the phrasings of the
    entries. Of the pairs that any of these entries has, one counts for more the fewer of them have it: the logarithm of their
    number by the number of those, as with words in a knowledge.
    """
    edge = len(question.forms) + 1
    asked = [edge, *question.sequence, edge]
    keys = list(dict.fromkeys(one * (edge + 1) + other for one, other in pairwise(asked) if one and other))
    numbers = np.full((edge + 1) ** 2, -1, np.int32)
    numbers[keys] = np.arange(len(keys), dtype=np.int32)
    starts = index.tokens.starts
    begin, end = starts.take(first), starts.take(first + sizes)
    tokens = index.tokens.stretches(begin, end)
    # One place more before each phrasing and one at the end of all, for the edges.
    places = end - begin + sizes
    before = places.cumsum() - places
    count = int(np.add.reduce(sizes))
    phrasings: Ints = np.arange(count, dtype=np.int32)
    phrasings += (first - sizes.cumsum() + sizes).repeat(sizes)
    cells = np.full(len(tokens) + count + 1, edge, np.int32)
    edges = np.arange(1, count + 1).repeat(index.tokens.lengths(phrasings))
    cells[edges + np.arange(len(tokens))] = question.places.take(tokens)
    found = numbers.take(cells[:-1] * (edge + 1) + cells[1:])
    held = (found >= 0).nonzero()[0]
    has = np.zeros((len(first), len(keys)), np.float32)
    has[before.searchsorted(held, side="right") - 1, found.take(held)] = 1.0
    held_by = np.add.reduce(has)
    weights = np.log(np.float32(len(first) + 1) / (held_by + np.float32(0.5))) * (held_by > 0)
    shares: Floats = has @ weights / max(float(np.add.reduce(weights)), 1e-6)
    return shares
