"""The sparse index: cosine of a question with every phrasing and every entry, by stems and by character n-grams.

A phrasing's n-grams are those of its words, so the n-gram product of two texts is a sum over pairs of words. That is
why only words have postings here and n-grams only point at words: the index stays small, and a question costs one pass
over the postings of the words it resembles.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints, Rows
from knowledge.matching.text import lower, words
from knowledge.matching.values import Phrasing
from knowledge.matching.vocabulary import Vocabulary

_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Scores:
    """Cosines of one question: per phrasing by stems and by n-grams, per entry with the mean of its phrasings."""

    stem: Floats
    gram: Floats
    centroid: Floats


class Index:
    """Phrasings grouped by entry, with postings by word form. Immutable once built."""

    def __init__(self, phrasings: Sequence[Phrasing]) -> None:
        entries: dict[int, list[Phrasing]] = {}
        for phrasing in phrasings:
            entries.setdefault(phrasing.entry_id, []).append(phrasing)
        self.entry_ids = list(entries)
        self.langs = [own[0].lang for own in entries.values()]
        self.vocabulary = Vocabulary()
        self.texts: list[str] = []
        self.norms: list[str] = []
        lengths, tokens, sizes = [], [], []
        for own in entries.values():
            sizes.append(len(own))
            for phrasing in own:
                found = words(lower(phrasing.text))
                numbers = self.vocabulary.add(found, phrasing.lang)
                lengths.append(len(numbers))
                tokens.extend(numbers)
                self.texts.append(phrasing.text)
                self.norms.append(" ".join([self.vocabulary.forms[number] for number in numbers]))
        self.tokens = Rows.of(lengths, tokens)
        self.entry_starts = np.zeros(len(sizes) + 1, np.int32)
        np.cumsum(np.array(sizes, np.int32), out=self.entry_starts[1:])
        self.owners: Ints = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        self.vocabulary.seal(self.tokens, self.owners, len(sizes))
        self.postings = self.tokens.inverted(len(self.vocabulary.forms))
        self._measure()

    def _measure(self) -> None:
        """Lengths of the phrasing vectors and of the entries' mean vectors."""
        vocabulary = self.vocabulary
        count = len(self.texts)
        self.stem_norm = np.ones(count, np.float32)
        self.gram_norm = np.ones(count, np.float32)
        self.centroid_norm = np.ones(len(self.entry_ids), np.float32)
        form_stem_rows = Rows(np.arange(len(vocabulary.forms) + 1, dtype=np.int32), vocabulary.form_stem)
        for first in range(0, len(self.entry_ids), _CHUNK):
            last = min(first + _CHUNK, len(self.entry_ids))
            begin, end = int(self.entry_starts[first]), int(self.entry_starts[last])
            owners = self.owners[begin:end] - first
            stem_norm, stem_mean = self._lengths(begin, end, owners, form_stem_rows, vocabulary.stem_weight**2)
            gram_norm, gram_mean = self._lengths(begin, end, owners, vocabulary.form_grams, vocabulary.gram_square)
            self.stem_norm[begin:end], self.gram_norm[begin:end] = stem_norm, gram_norm
            self.centroid_norm[first:last] = np.sqrt(stem_mean + gram_mean)

    def _lengths(self, begin: int, end: int, owners: Ints, features: Rows, squares: Floats) -> tuple[Floats, Floats]:
        """Vector length of the phrasings `begin:end`, squared length of the sums of their unit vectors by entry."""
        tokens, per_phrasing = self.tokens.gather(np.arange(begin, end))
        values, per_token = features.gather(tokens)
        width = len(squares)
        phrasing = np.repeat(np.repeat(np.arange(end - begin), per_phrasing), per_token).astype(np.int64)
        keys, counts = np.unique(phrasing * width + values, return_counts=True)
        row, feature = keys // max(width, 1), keys % max(width, 1)
        masses = counts * np.sqrt(squares[feature])
        norm = np.sqrt(np.bincount(row, masses**2, minlength=end - begin))
        norm[norm == 0] = 1.0
        owned = owners[row].astype(np.int64) * width + feature
        order = np.argsort(owned, kind="stable")
        grouped, first = np.unique(owned[order], return_index=True)
        entries = int(owners[-1]) + 1 if len(owners) else 0
        if not len(grouped):
            return norm.astype(np.float32), np.ones(entries, np.float32)
        sums = np.add.reduceat((masses / norm[row])[order], first)
        mean = np.bincount(grouped // width, sums**2, minlength=entries)
        return norm.astype(np.float32), np.maximum(mean, 1e-6).astype(np.float32)

    @property
    def size(self) -> int:
        """Bytes of arrays and texts."""
        arrays = (self.owners, self.entry_starts, self.stem_norm, self.gram_norm, self.centroid_norm)
        texts = sum(map(sys.getsizeof, self.texts)) + sum(map(sys.getsizeof, self.norms))
        return sum(a.nbytes for a in arrays) + self.tokens.size + self.postings.size + texts + self.vocabulary.size

    def scores(self, stem_weights: Floats, gram_weights: Floats) -> Scores:
        """Cosines for a question given as weights on word forms, already divided by the question's own length."""
        active = np.flatnonzero((stem_weights > 0) | (gram_weights > 0))
        phrasings, lengths = self.postings.gather(active)
        count = len(self.texts)
        stem = np.bincount(phrasings, np.repeat(stem_weights[active], lengths), minlength=count) / self.stem_norm
        gram = np.bincount(phrasings, np.repeat(gram_weights[active], lengths), minlength=count) / self.gram_norm
        sums = np.bincount(self.owners, stem + gram, minlength=len(self.entry_ids))
        return Scores(stem.astype(np.float32), gram.astype(np.float32), (sums / self.centroid_norm).astype(np.float32))
