"""Entries whose phrasings differ in a word that may change: "weather in Paris", "weather in Rome"."""

from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Ints, Rows
from knowledge.matching.lexicon.rarity import TELLING
from knowledge.matching.lexicon.vocabulary import Vocabulary

_COMPARED = 24
"""Number of phrasings of an entry that are compared with each other."""

_PAIRS = 2
"""Minimum number of pairs of such phrasings: one may be chance."""

_SAME_MEANING = 0.6
"""Minimum cosine of words that mean the same: "delete" and "remove" have .87, "kitchen" and "bathroom" .46."""


def find_varied(tokens: Rows, entry_starts: Ints, vocabulary: Vocabulary) -> NDArray[np.bool_]:
    """Return for each entry whether some phrasings have the same telling words but for one of another meaning."""
    telling = vocabulary.stem_rarity >= TELLING
    starts = entry_starts.tolist()
    found = np.zeros(len(starts) - 1, bool)
    for entry, (first, last) in enumerate(pairwise(starts)):
        texts = []
        for phrasing in range(first, min(last, first + _COMPARED)) if last - first > 1 else ():
            stems = vocabulary.form_stem.take(tokens.row(phrasing))
            texts.append(frozenset(stems[telling.take(stems)].tolist()))
        pairs = (
            vocabulary.stem_meaning[min(one - other)] @ vocabulary.stem_meaning[min(other - one)]
            for one, other in combinations(texts, 2)
            if len(one) == len(other) > 2 and len(one & other) == len(one) - 1
        )
        found[entry] = sum(cosine < _SAME_MEANING for cosine in pairs) >= _PAIRS
    return found
