"""Search for words of the knowledge base one edit away from a word, without comparing it with all of them."""

from zlib import crc32

import numpy as np
from rapidfuzz.distance import OSA

from knowledge.matching.lexicon.vocabulary import Vocabulary

_SHORTEST = 3
LONGEST = 32
"""Maximum length of a word; longer ones have no neighbours."""


class Neighbours:
    """The forms of a vocabulary by the checksums of their deletions: two forms one edit apart share one of them.

    Immutable.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        keys: list[int] = []
        owners: list[int] = []
        for number, form in enumerate(vocabulary.forms):
            if _SHORTEST <= len(form) <= LONGEST and form.isalpha():
                own = _shortened(form)
                keys += own
                owners += [number] * len(own)
        order = np.argsort(np.array(keys, np.uint32), kind="stable")
        self._keys = np.array(keys, np.uint32)[order]
        self._owners = np.array(owners, np.int32)[order]

    def of(self, form: str) -> list[str]:
        """Return the forms one deletion, insertion, change or swap away (optimal string alignment)."""
        keys, found = self._keys, set[int]()
        if not len(keys):
            return []
        asked = np.array(_shortened(form), np.uint32)
        places = keys.searchsorted(asked)
        held = (keys.take(places, mode="clip") == asked).nonzero()[0]
        for key, place in zip(asked.take(held), places.take(held).tolist(), strict=True):
            end = int(keys.searchsorted(key, side="right"))
            found.update(self._owners[place:end].tolist())
        forms = [self._vocabulary.forms[number] for number in found]
        return [near for near in forms if OSA.distance(form, near, score_cutoff=1) <= 1]


def _shortened(form: str) -> list[int]:
    """Return the checksums of the word and of the word without each of its letters."""
    letters = form.encode("utf-32-le")
    keys = {crc32(letters)}
    before = 0
    for place in range(0, len(letters), 4):
        keys.add(crc32(letters[place + 4 :], before))
        before = crc32(letters[place : place + 4], before)
    return list(keys)
