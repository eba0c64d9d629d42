"""Comparison of a question with entries by vectors of a sentence encoder, if words are not decisive."""

from collections.abc import Container, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.semantic.space import Space

NAMES = ("near", "taught", "votes")
"""The columns that vectors add to a row of `features`, in order:

1. near: the greatest cosine of the question with the entry's phrasings, in part that with its answer.
2. taught: ridge regression from the vectors of the phrasings to entries; 0 if there is too little to learn.
3. votes: the entry's share of the ten phrasings nearest to the question, among the compared entries.
"""

MOST = 20_000
"""Maximum number of phrasings of a knowledge base that is compared by vectors: 40 MB, and 6 ms a question."""

_VOTERS = 10
_NOWHERE = -1e6
_TAUGHT_ENTRIES = 2_000
_LEAST_PER_ENTRY = 3.5
"""Mean number of phrasings per entry from which ridge regression helps, as in `ridge`; below, entries are too unlike
each other in wording, and the differences within them are removed (`Space`)."""

_BY_ANSWER = 0.7
"""Part of `near` that is the cosine with the answer, if every entry has one phrasing."""

_TOLD = 400
"""Characters of an answer that are embedded: its beginning has the topic, and an encoder reads a few hundred words."""


def text_of_answer(question: str, answer: str) -> str:
    """Return the text to embed for an answer: with its question, as few questions resemble an answer alone."""
    return f"{question} {answer[:_TOLD]}"


class Vectors:
    """Vectors of the phrasings and answers of one index. Immutable; a missing one is NaN.

    The vectors of a few edited entries use the space of the whole knowledge base, `background`.
    """

    def __init__(
        self,
        index: Index,
        vectors: Mapping[str, NDArray[np.float32]],
        answers: Mapping[int, NDArray[np.float32]],
        background: "Vectors | None" = None,
    ) -> None:
        self._index = index
        width = next((len(vector) for vector in chain(vectors.values(), answers.values())), 1)
        rows = _stacked([vectors.get(text) for text in index.texts], width)
        told = _stacked([answers.get(entry) for entry in index.entry_ids], width)
        held, answered = (np.flatnonzero(~np.isnan(found[:, 0])) for found in (rows, told))
        self._count = len(held) + len(answered)
        self._rows, self._answers, self._taught = rows, None, None
        self.space: Space | None = background.space if background else None
        self.by_answer: float = background.by_answer if background else _BY_ANSWER * (1.0 - index.richness)
        if not len(held):
            return
        rich = len(held) > _LEAST_PER_ENTRY * len(index.entry_ids)
        if self.space is None:
            texts = np.concatenate([rows.take(held, axis=0), told.take(answered, axis=0)])
            owners = np.concatenate([index.owners.take(held), answered])
            self.space = Space.learn(rows.take(held, axis=0), texts, None if rich else owners)
        self._rows = self.space.of(rows)
        self._answers = self.space.of(told) if len(answered) else None
        if rich and background is None and len(index.entry_ids) <= _TAUGHT_ENTRIES:
            self._taught = self._teach(self.space, held)

    def _teach(self, space: Space, held: Ints) -> Floats:
        """Return one row of ridge weights per entry."""
        rows, owners = self._rows.take(held, axis=0) - space.mean, self._index.owners.take(held)
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        sums = np.zeros((len(self._index.entry_ids), rows.shape[1]), np.float32)
        sums[owners.take(starts)] = np.add.reduceat(rows, starts, axis=0)
        square = rows.T @ rows
        square[np.diag_indices(len(square))] += max(float(np.trace(square)) / len(square), 1e-6)
        return np.ascontiguousarray(np.linalg.solve(square, sums.T).T)

    def lacks(self, vectors: Container[str], answers: Container[int]) -> bool:
        """Return whether these have more vectors of the index than are held."""
        texts, ids = self._index.texts, self._index.entry_ids
        return self._count < sum(text in vectors for text in texts) + sum(entry in answers for entry in ids)

    @property
    def size(self) -> int:
        """Size in bytes."""
        return sum(held.nbytes for held in (self._rows, self._answers, self._taught) if held is not None)

    def nearest(self, asked: Floats, most: int) -> Ints:
        """Return the entries with phrasings or answers nearest to the vector, ascending."""
        if self.space is None or not len(self._rows):
            return np.zeros(0, np.int64)
        asked = self.space.of(asked[None])[0]
        best = np.maximum.reduceat(np.nan_to_num(self._rows @ asked, nan=-1.0), self._index.entry_starts[:-1])
        if self._answers is not None:
            np.fmax(best, self._answers @ asked, out=best)
        places: Ints = np.argpartition(-best, most)[:most] if len(best) > most else np.arange(len(best))
        return np.sort(places[best.take(places) > 0])

    def columns(self, entries: Ints, asked: Floats) -> Floats | None:
        """Return the columns `NAMES` for each of the entries; None if most of them have no vector.

        An entry without one gets the mean of the others, so that words alone decide its rank.
        """
        if self.space is None:
            return None
        asked = self.space.of(asked[None])[0]
        first = self._index.entry_starts.take(entries)
        sizes = self._index.entry_starts.take(entries + 1) - first
        lines = np.arange(sizes.max(initial=0))[:, None]
        phrasings = np.minimum(lines + first, len(self._rows) - 1)
        cosines = self.space.cosines(self._rows.take(phrasings, axis=0), asked)
        held = (lines < sizes) & np.isfinite(cosines)
        known = held.any(axis=0)
        if 2 * int(known.sum()) <= len(entries):
            return None
        cosines = np.where(held, cosines, _NOWHERE)
        best = cosines.max(axis=0)
        found = np.zeros((len(NAMES), len(entries)), np.float32)
        found[0] = best
        if self._answers is not None:
            answers = self.space.cosines(self._answers.take(entries, axis=0), asked) - best
            found[0] += self.by_answer * np.nan_to_num(answers)
        if self._taught is not None:
            found[1] = self._taught.take(entries, axis=0) @ (asked - self.space.mean)
        voters = min(_VOTERS, int(np.count_nonzero(held)))
        nearest = np.argpartition(-cosines, voters - 1, axis=None)[:voters]
        found[2] = np.bincount(nearest % len(entries), minlength=len(entries)) / _VOTERS
        found[:, ~known] = found[:, known].mean(axis=1, keepdims=True)
        return found.T


def _stacked(vectors: Sequence[NDArray[np.float32] | None], width: int) -> Floats:
    """Return the vectors as rows, NaN for a missing one."""
    rows = np.full((len(vectors), width), np.nan, np.float32)
    for row, vector in zip(rows, vectors, strict=True):
        if vector is not None:
            row[:] = vector
    return rows
