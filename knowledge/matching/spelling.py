"""Typos, glued and split words, repaired towards the words that the knowledge uses."""

import re
from collections.abc import Iterable, Sequence
from math import inf, log
from zlib import crc32

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.matching.text import fold
from knowledge.matching.vocabulary import Vocabulary

_LOOKED_AT = 40
_SHORTEST = 3
_SHORTEST_HALF = 4
_LONG = 7
_LONGEST = 32
_PIECE = re.compile(r"\d+|[^\W\d]+")

# What a reading must make up for by being common, in units of natural logarithm: chosen by how many of the words of the
# development sets with typos come back as they were.
_EDIT = 5.0
_FIRST_LETTER = 1.5
_SPLIT = 4.0


class Spelling:
    """Replaces a word that the knowledge does not know by the likeliest reading that it does know, if there is one.

    Readings are words one edit away (two for words of seven letters and more; swapped letters are one edit), and two
    words written as one, the longer with at most one edit. Of several, the commonest with the fewest changes wins. Words
    with digits are not repaired, for an error code is right or wrong; a number before or after a known word is split off.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        commonest = vocabulary.forms[int(vocabulary.form_count.argmax())] if vocabulary.forms else None
        self._least_with_an_edit = _SPLIT + _EDIT - (self._commonness(commonest) if commonest else 0.0)
        keys: list[int] = []
        owners: list[int] = []
        for number, form in enumerate(vocabulary.forms):
            if _SHORTEST <= len(form) <= _LONGEST and form.isalpha():
                own = _shortened(form)
                keys += own
                owners += [number] * len(own)
        order = np.argsort(np.array(keys, np.uint32), kind="stable")
        self._keys = np.array(keys, np.uint32)[order]
        self._owners = np.array(owners, np.int32)[order]

    def repair(self, words: Sequence[str]) -> list[str]:
        """Folded forms; known words unchanged."""
        repaired: list[str] = []
        joined_before = False
        for position, word in enumerate(words):
            if joined_before:
                joined_before = False
                continue
            form = fold(word)
            follower = fold(words[position + 1]) if position + 1 < len(words) else ""
            if self._split_in_two(form, follower):
                repaired.append(form + follower)
                joined_before = True
            elif self._doubtful(form, word):
                repaired += self._mended(form)
            elif not form.isalpha():
                repaired += self._number_and_unit(form)
            else:
                repaired.append(form)
        return repaired

    def _split_in_two(self, form: str, follower: str) -> bool:
        known = self._vocabulary.form_ids
        return bool(follower) and form not in known and follower not in known and form + follower in known

    def _number_and_unit(self, form: str) -> list[str]:
        """A number and a word of the knowledge that were written as one, "60fps"; anything else as it is."""
        vocabulary = self._vocabulary
        pieces = _PIECE.findall(form) if form not in vocabulary.form_ids else [form]
        if len(pieces) != 2:
            return [form]
        word = max(pieces, key=str.isalpha)
        known = vocabulary.stem_of(word) is not None or vocabulary.sounding_like(word)
        return pieces if word.isalpha() and len(word) >= _SHORTEST and known else [form]

    def _doubtful(self, form: str, word: str) -> bool:
        if not (_SHORTEST <= len(form) <= _LONGEST and form.isalpha()):
            return False
        vocabulary = self._vocabulary
        return form not in vocabulary.form_ids and vocabulary.stem_of(word) is None and not vocabulary.is_common(word)

    def _mended(self, form: str) -> list[str]:
        readings = [(self._cost(near, form, 1), [near]) for near in self._one_edit_away(form)]
        readings += self._splits(form, min(readings)[0] if readings else inf)
        if not readings and len(form) >= _LONG and not self._vocabulary.sounding_like(form):
            readings = [(self._cost(near, form, 2), [near]) for near in self._two_edits_away(form)]
        return min(readings)[1] if readings else [form]

    def _cost(self, reading: str, written: str, edits: int) -> float:
        changed_start = _FIRST_LETTER if reading[0] != written[0] else 0.0
        return edits * _EDIT + changed_start - self._commonness(reading)

    def _commonness(self, form: str) -> float:
        vocabulary = self._vocabulary
        return log(max(float(vocabulary.form_count[vocabulary.form_ids[form]]), 0.5) / vocabulary.token_count)

    def _one_edit_away(self, form: str) -> list[str]:
        asked = np.array(_shortened(form), np.uint32)
        keys, found = self._keys, set[int]()
        if not len(keys):
            return []
        places = keys.searchsorted(asked)
        held = (keys.take(places, mode="clip") == asked).nonzero()[0]
        for key, place in zip(asked.take(held), places.take(held).tolist(), strict=True):
            end = int(keys.searchsorted(key, side="right"))
            found.update(self._owners[place:end].tolist())
        forms = [self._vocabulary.forms[number] for number in found]
        return [near for near in forms if OSA.distance(form, near, score_cutoff=1) <= 1]

    def _two_edits_away(self, form: str) -> list[str]:
        word = self._vocabulary.word(form)
        cosines = word.shared * self._vocabulary.form_scale.take(word.near)
        likest = word.near[np.argsort(-cosines, kind="stable")[:_LOOKED_AT]]
        choices = [self._vocabulary.forms[number] for number in likest]
        near = process.extract(form, choices, scorer=OSA.distance, score_cutoff=2, limit=None)
        return [choice for choice, _, _ in near if len(choice) >= _LONG - 2 and choice.isalpha()]

    def _splits(self, form: str, below: float) -> Iterable[tuple[float, list[str]]]:
        """Readings as two words, at least those that cost less than `below`."""
        known = self._vocabulary.form_ids
        for cut in range(1, len(form) - 1):
            left, right = form[:cut], form[cut:]
            if cut == 1 and len(right) < _SHORTEST_HALF:
                continue
            if left in known and right in known:
                yield _SPLIT - self._commonness(left) - self._commonness(right), [left, right]
            elif cut > 1 and left in known and len(right) >= _SHORTEST_HALF:
                if self._least_with_an_edit - self._commonness(left) > below:
                    continue
                for near in self._one_edit_away(right):
                    yield _SPLIT + self._cost(near, right, 1) - self._commonness(left), [left, near]
            elif right in known and len(left) >= _SHORTEST_HALF:
                if self._least_with_an_edit - self._commonness(right) > below:
                    continue
                for near in self._one_edit_away(left):
                    yield _SPLIT + self._cost(near, left, 1) - self._commonness(right), [near, right]


def _shortened(form: str) -> list[int]:
    """Checksums of the word and of the word without each of its letters: two words one edit apart share one of them."""
    letters = form.encode("utf-32-le")
    keys = {crc32(letters)}
    before = 0
    for place in range(0, len(letters), 4):
        keys.add(crc32(letters[place + 4 :], before))
        before = crc32(letters[place : place + 4], before)
    return list(keys)
