"""Which words follow each other: "turn the light down" has the words of "turn down the light" but not its pairs."""

from itertools import pairwise
from math import log

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
    edge = int(question.places[-1])
    asked = [edge, *question.sequence, edge]
    keys = list(dict.fromkeys(one * (edge + 1) + other for one, other in pairwise(asked) if one and other))
    numbers = np.full((edge + 1) ** 2, -1, np.int32)
    numbers[keys] = np.arange(len(keys), dtype=np.int32)
    forms, lengths = index.succession(first, sizes)
    cells = question.places.take(forms)
    found = numbers.take(cells[:-1] * (edge + 1) + cells[1:])
    held = (found >= 0).nonzero()[0]
    has = np.zeros((len(first), len(keys)), np.float32)
    has[(lengths.cumsum() - lengths).searchsorted(held, side="right") - 1, found.take(held)] = 1.0
    weights = [log((len(first) + 1) / (count + 0.5)) if count else 0.0 for count in np.add.reduce(has).tolist()]
    shares: Floats = has @ np.array(weights, np.float32) / max(sum(weights), 1e-6)
    return shares
