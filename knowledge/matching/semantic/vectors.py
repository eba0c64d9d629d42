"""Comparison of a question with entries by vectors of a language model, if words are not decisive."""

from collections.abc import Mapping
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.semantic.normalisation import Normalisation

NAMES = ("near", "near3", "middle", "taught", "told", "close", "votes")
"""The columns that vectors add to a row of `features`, in order:

1. near: the greatest cosine of the question with the entry's phrasings.
2. near3: the mean of the three greatest cosines.
3. middle: the mean of all cosines.
4. taught: ridge regression from the vectors of the phrasings to entries; 0 if there is too little to learn.
5. The answer's column: how much nearer the question is to the phrasing with its answer than to any phrasing. It weighs
   less the more phrasings entries have, from none to sixteen, as `Index.richness` counts them; 0 if the answer has no
   vector.
6. close: how much nearer the phrasings of the entry are to each other than those of other entries; 0 if entries have
   few. A question with many phrasings may have one more.
7. votes: the entry's share of the ten phrasings nearest to the question, among the compared entries.

Models differ in how far apart they place texts. Cosines are therefore measured from the cosine with the mean of all
phrasings of the knowledge base, in standard deviations of the cosines between its phrasings. If entries have few
phrasings, differences within an entry are first removed from the vectors (`normalisation`), and near and near3 are
partly the cosine with the answer.
"""

_PER_ENTRY, _VOTERS = 3, 10
_NOWHERE = -1e6
_SAMPLE = 256
_CHUNK = 4096
_LEAST_SPREAD = 0.01
_TAUGHT_ENTRIES = 2_000
_LEAST_PER_ENTRY = 3.5
"""Mean number of phrasings per entry below which ridge regression does more harm than good; as in `ridge`."""

_BY_ANSWER = 0.7
"""Part of the columns `near` and `near3` that is the cosine with the answer, if every entry has one phrasing."""

_FEW_TO_JUDGE = 8.0
_SEARCHED = 10_000
"""Number of phrasings up to which all are compared with a question; beyond, only those of entries found by words."""

_TOLD = 400
"""Characters of an answer that are embedded: its beginning has the topic, and a model reads a few hundred words."""


def text_of_answer(question: str, answer: str) -> str:
    """Return the text to embed for an answer: with its question, as few questions resemble an answer alone."""
    return f"{question} {answer[:_TOLD]}"


class Vectors:
    """The vectors of the phrasings and answers of one index, in half precision. Immutable; any may be missing.

    The vectors of a few edited entries use the statistics of the whole knowledge base in their `background`.
    """

    def __init__(
        self,
        index: Index,
        vectors: Mapping[str, NDArray[np.float32]],
        answers: Mapping[int, NDArray[np.float32]],
        background: "Vectors | None" = None,
    ) -> None:
        self._index = index
        held = [vector for text in index.texts if (vector := vectors.get(text)) is not None]
        answered = compress(index.entry_ids, index.answers.lengths(np.arange(index.answers.count)).tolist())
        self.complete = len(held) == len(index.texts) and all(entry in answers for entry in answered)
        places = np.cumsum([text in vectors for text in index.texts], dtype=np.int32)
        absent = np.diff(places, prepend=0) == 0
        self._places: Ints = np.where(absent, len(held), places - 1)
        width = len(held[0]) if held else 0
        self._rows: NDArray[np.float16] = np.zeros((len(held) + 1, width), np.float16)
        for place, vector in enumerate(held):
            self._rows[place] = vector
        # The last row represents phrasings without a vector: it makes their cosines fail every comparison.
        self._rows[-1] = np.nan
        known = [answers.get(entry) for entry in index.entry_ids] if answers else []
        self._answers = np.full((len(known), width), np.nan, np.float16)
        for place, vector in enumerate(known):
            if vector is not None:
                self._answers[place] = vector
        self.richness: float = background.richness if background else index.richness
        few = 0 < len(held) <= _LEAST_PER_ENTRY * len(index.entry_ids)
        self.normalisation: Normalisation | None = (
            background.normalisation if background else self._normalised() if few else None
        )
        if self.normalisation:
            for rows in (self._rows[:-1], self._answers):
                for first in range(0, len(rows), _CHUNK):
                    rows[first : first + _CHUNK] = self.normalisation.of(
                        rows[first : first + _CHUNK].astype(np.float32)
                    )
        self.mean: Floats = np.zeros(width, np.float32)
        self.spread = 1.0
        if background:
            self.mean, self.spread = background.mean, background.spread
        elif held:
            self.mean = self._rows[:-1].mean(axis=0, dtype=np.float32)
            self.spread = _spread(self._rows[:-1][:: max(len(held) // _SAMPLE, 1)])
        nearest, repeated = self._between_phrasings()
        self.usual: float = (
            background.usual if background else float(nearest[repeated > 0].mean()) if repeated.any() else 0.0
        )
        self._close: Floats = np.zeros(len(nearest), np.float32)
        if not self.normalisation:  # else the differences within an entry were removed
            judged = (nearest - self.usual) / self.spread * repeated / (repeated + _FEW_TO_JUDGE)
            self._close = judged.astype(np.float32)
        self._taught = self._lessons() if not background else None

    def _normalised(self) -> Normalisation | None:
        """Learn the differences between the texts of an entry; in a large knowledge base from a sample of entries."""
        sample = np.arange(len(self._index.entry_ids)) % (len(self._index.texts) // _SEARCHED + 1) == 0
        held = ((self._places < len(self._rows) - 1) & sample.take(self._index.owners)).nonzero()[0]
        rows, owners = self._rows.take(self._places.take(held), axis=0), self._index.owners.take(held)
        if len(self._answers):
            answered = (np.isfinite(self._answers[:, 0]) & sample).nonzero()[0]
            rows = np.concatenate([rows, self._answers.take(answered, axis=0)])
            owners = np.concatenate([owners, answered])
        centre: Floats = self._rows[:-1].mean(axis=0, dtype=np.float32)
        return Normalisation.learn(rows.astype(np.float32), owners, centre)

    def _between_phrasings(self) -> tuple[Floats, Floats]:
        """Return for each entry the mean cosine of a phrasing with the nearest other one, and the number of others."""
        starts = self._index.entry_starts
        nearest, repeated = np.zeros((2, len(starts) - 1), np.float32)
        places = np.split(self._places, starts[1:-1])
        for entry, own in enumerate(places if len(starts) > 1 else ()):
            rows = self._rows.take(own[own < len(self._rows) - 1], axis=0).astype(np.float32)
            if len(rows) > 1:
                cosines = rows @ rows.T
                np.fill_diagonal(cosines, -1.0)
                nearest[entry], repeated[entry] = cosines.max(axis=1).mean(), len(rows) - 1
        return nearest, repeated

    def _lessons(self) -> Floats | None:
        """Return one row of ridge weights per entry."""
        entries, width = len(self._index.entry_ids), self._rows.shape[1]
        held = (self._places < len(self._rows) - 1).nonzero()[0]
        if entries > _TAUGHT_ENTRIES or len(held) <= _LEAST_PER_ENTRY * entries:
            return None
        rows = self._rows.take(self._places.take(held), axis=0).astype(np.float32) - self.mean
        owners = self._index.owners.take(held)
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        sums = np.zeros((entries, width), np.float32)
        sums[owners.take(starts)] = np.add.reduceat(rows, starts, axis=0)
        square = rows.T @ rows
        square[np.diag_indices(width)] += max(float(np.trace(square)) / max(width, 1), 1e-6)
        taught: Floats = np.ascontiguousarray(np.linalg.solve(square, sums.T).T)
        return taught

    @property
    def size(self) -> int:
        """Size in bytes."""
        return (
            self._rows.nbytes
            + self._answers.nbytes
            + self._places.nbytes
            + (self._taught.nbytes if self._taught is not None else 0)
        )

    def nearest(self, asked: Floats, most: int) -> Ints:
        """Return the entries with phrasings nearest to the vector, ascending; none in a large knowledge base."""
        count = len(self._index.texts)
        if not 0 < count <= _SEARCHED or len(self._rows) < 2:
            return np.zeros(0, np.int64)
        asked = self._as_compared(asked)
        cosines = np.nan_to_num(self._cosines(np.arange(count), asked), nan=-1.0)
        best = np.maximum.reduceat(cosines, self._index.entry_starts[:-1])
        if len(self._answers):
            np.fmax(best, self._answers.astype(np.float32) @ asked, out=best)
        places: Ints = np.argpartition(-best, most)[:most] if len(best) > most else np.arange(len(best))
        return np.sort(places[best.take(places) > 0])

    def columns(self, entries: Ints, asked: Floats) -> Floats | None:
        """Return the columns `NAMES` for each of the entries; None if most of them have no vector.

        An entry without one gets the mean of the others, so that words alone decide its rank.
        """
        if len(self._rows) < 2:
            return None
        asked = self._as_compared(asked)
        first = self._index.entry_starts.take(entries)
        sizes = self._index.entry_starts.take(entries + 1) - first
        lines = np.arange(sizes.max(initial=0))[:, None]
        phrasings = np.minimum(lines + first, len(self._index.texts) - 1)
        cosines = self._cosines(phrasings.ravel(), asked).reshape(phrasings.shape)
        held = (lines < sizes) & np.isfinite(cosines)
        counts = held.sum(axis=0)
        known = counts > 0
        if 2 * int(known.sum()) <= len(entries):
            return None
        cosines = np.where(held, (cosines - float(self.mean @ asked)) / self.spread, _NOWHERE)
        best = -np.sort(-cosines, axis=0)[:_PER_ENTRY]
        found = np.zeros((len(NAMES), len(entries)), np.float32)
        found[0] = best[0]
        found[1] = np.where(best > _NOWHERE, best, 0.0).sum(axis=0) / np.clip(counts, 1, _PER_ENTRY)
        found[2] = np.where(held, cosines, 0.0).sum(axis=0) / np.maximum(counts, 1)
        if self._taught is not None:
            found[3] = self._taught.take(entries, axis=0) @ (asked - self.mean)
        if len(self._answers):
            answers = self._answers.take(entries, axis=0).astype(np.float32) @ asked
            answers = (answers - float(self.mean @ asked)) / self.spread - best[0]
            found[4] = (1.0 - self.richness) * np.where(known, np.nan_to_num(answers), 0.0)
            found[:2] += _BY_ANSWER * found[4]
        found[5] = self._close.take(entries)
        voters = min(_VOTERS, int(np.add.reduce(counts)))
        nearest = np.argpartition(-cosines, voters - 1, axis=None)[:voters]
        found[6] = np.bincount(nearest % len(entries), minlength=len(entries)) / _VOTERS
        found[:, ~known] = found[:, known].mean(axis=1, keepdims=True)
        return found.T

    def _as_compared(self, asked: Floats) -> Floats:
        return self.normalisation.of(asked[None, :])[0] if self.normalisation else asked

    def _cosines(self, phrasings: Ints, asked: Floats) -> Floats:
        cosines: Floats = self._rows.take(self._places.take(phrasings), axis=0).astype(np.float32) @ asked
        return cosines


def _spread(rows: NDArray[np.float16]) -> float:
    """Return the standard deviation of the cosines between different texts."""
    sample = rows.astype(np.float32)
    between = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    return max(float(between.std()), _LEAST_SPREAD) if len(between) else _LEAST_SPREAD
