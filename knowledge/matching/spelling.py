"""Typos, glued and split words, repaired towards the words that the knowledge uses."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.matching.text import fold
from knowledge.matching.vocabulary import Vocabulary

_LOOKED_AT = 40
_LONG = 7
_LONGEST = 32


class Spelling:
    """Replaces a word that the knowledge does not know by the nearest one it knows, when that is near enough.

    One edit is forgiven in a word of three to six letters, two in longer ones (optimal string alignment, so two swapped
    letters count as one). Words with digits are left alone: an error code is right or wrong.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def repair(self, words: Sequence[str]) -> list[str]:
        """Folded forms; known words unchanged."""
        repaired: list[str] = []
        skip = False
        for position, word in enumerate(words):
            if skip:
                skip = False
                continue
            form = fold(word)
            if not self._doubtful(form, word):
                repaired.append(form)
                continue
            if position + 1 < len(words):
                joined = form + fold(words[position + 1])
                follower = fold(words[position + 1])
                if joined in self._vocabulary.form_ids and follower not in self._vocabulary.form_ids:
                    repaired.append(joined)
                    skip = True
                    continue
            repaired.extend(self._mend(form))
        return repaired

    def _doubtful(self, form: str, word: str) -> bool:
        if len(form) < 3 or len(form) > _LONGEST or not form.isalpha():
            return False
        return form not in self._vocabulary.form_ids and self._vocabulary.stem_of(word) is None

    def _mend(self, form: str) -> list[str]:
        near = self._nearest(form)
        if near is not None and near[1] == 1:
            return [near[0]]
        split = self._split(form)
        if split is not None:
            return split
        return [near[0]] if near is not None else [form]

    def _nearest(self, form: str) -> tuple[str, int] | None:
        word = self._vocabulary.word(form)
        likest = word.near[np.argsort(-word.likeness, kind="stable")[:_LOOKED_AT]]
        choices = [self._vocabulary.forms[number] for number in likest]
        allowed = 1 if len(form) < _LONG else 2
        scored = process.extract(form, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        found = [(choice, distance) for choice, distance, _ in scored if len(choice) > 2 and choice.isalpha()]
        if not found:
            return None
        best = min(found, key=lambda pair: (pair[1], pair[0][0] != form[0], -len(pair[0])))
        return best[0], int(best[1])

    def _split(self, form: str) -> list[str] | None:
        known = self._vocabulary.form_ids
        for cut in range(2, len(form) - 1):
            left, right = form[:cut], form[cut:]
            if left in known and right in known and len(form) > 4:
                return [left, right]
        return None
