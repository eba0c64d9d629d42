"""Calibration of the confidence to one knowledge base, by its own phrasings.

The first entry for a question that no entry answers gets more confidence in one knowledge base than in another: entries
may be close to each other, or have phrasings of any kind. How much it gets is measured by leaving entries out and
asking their phrasings, and most of the difference to other knowledge bases is taken off, or given. This needs no
questions of contacts, and no second phrasing of an entry.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.matching.index.sparse_index import Index
from knowledge.matching.ranking.confidence import Weights, circumstances
from knowledge.matching.reader import Reader
from knowledge.matching.values import Phrasing

_FOLDS = (0, 2)
_EVERY = 5
"""Every fifth entry is left out, twice, each time others."""
_ASKED = 150
"""Maximum number of phrasings that are asked each time."""
_REBUILT = 3000
"""Maximum number of phrasings of which an index without those entries is built. In a larger one they stay in the index,
but are no candidates: the ridge regression, which would know of them, is not trained there."""

_QUANTILE = 0.75
_USUAL = 0.07
"""That quantile of the logits of such questions: the mean over the families of the development sets."""
_PART = 0.75
_FEW = 20
"""Number of asked phrasings from which the measurement counts for half of what it says."""
_MOST = 1.5
_NOWHERE = -6.0


def measure_ease(phrasings: Sequence[Phrasing], answers: Mapping[int, str], reader: Reader) -> float:
    """Return what to add to the logit of a confidence, positive where questions without an answer get little.

    `reader` holds the index of all phrasings.
    """
    logits: list[float] = []
    if len(phrasings) > _REBUILT:
        logits = _ask(reader, phrasings)
    else:
        for fold in _FOLDS:
            left = set(reader.index.entry_ids[fold::_EVERY])
            rest = [phrasing for phrasing in phrasings if phrasing.entry_id not in left]
            if left and rest:
                asked = [phrasing for phrasing in phrasings if phrasing.entry_id in left]
                logits += _ask(Reader(Index(rest, answers)), asked)
    if not logits:
        return 0.0
    ease = _PART * (_USUAL - float(np.quantile(logits, _QUANTILE))) * len(logits) / (len(logits) + _FEW)
    return min(max(ease, -_MOST), _MOST)


def _ask(reader: Reader, phrasings: Sequence[Phrasing]) -> list[float]:
    """Return the logit of the first entry of its language for each of some phrasings, without its own entry."""
    weights, index = Weights.load("lexical"), reader.index
    order = weights.order(reader.richness)
    logits = []
    for phrasing in phrasings[:: -(-len(phrasings) // _ASKED)]:
        reading, found = reader.examine(reader.hear(phrasing.text))
        others = [
            line
            for line, entry in enumerate(found.entries.tolist())
            if index.entry_ids[entry] != phrasing.entry_id and index.langs[entry] == phrasing.lang
        ]
        if not others:
            logits.append(_NOWHERE)
            continue
        rows = found.rows[others]
        scores = rows @ order
        best = int(scores.argmax())
        around = circumstances(sorted(scores.tolist(), reverse=True), rows[best], len(reading.asked.forms))
        logits.append(weights.logit(around))
    return logits
