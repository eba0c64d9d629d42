"""The sparse index: cosine of a question with every phrasing and every entry, by stems and by character n-grams.

A phrasing's n-grams are those of its words, so the n-gram product of two texts is a sum over pairs of words. Therefore
only words have postings, and n-grams refer to words: the index stays small, and a question needs one pass over the
postings of similar words.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from knowledge.matching.arrays import Floats, Ints, Rows, unit
from knowledge.matching.index.question import Question
from knowledge.matching.index.variety import find_varied
from knowledge.matching.lexicon import stances
from knowledge.matching.lexicon.meanings import WIDTH
from knowledge.matching.lexicon.vocabulary import Vocabulary
from knowledge.matching.text.normalised import clip, lower, words
from knowledge.matching.values import Phrasing

_CHUNK = 4096
_ANSWER = 600
_POSTINGS = 15_000
_LOOKED_AT = 600
_FAINT = 0.2
"""In a large knowledge base, the minimum cosine of considered phrasings, as a part of the greatest."""

_ALL_ENTRIES = 5_000
_BY_MEANING, _BY_ANSWER = 0.6, 0.3


Progress = Callable[[float], None]
"""Receives the share that is built, 0..1, about a hundred times at most; called from the building thread."""
# Progress after reading, adding and counting all phrasings: measured with 100 000 entries.
_PARSED, _ENTERED, _SEALED = 0.2, 0.35, 0.45

Item = TypeVar("Item")


def _counted(items: Sequence[Item], progress: Progress, start: float, end: float) -> Iterator[Item]:
    """Yield the items and report progress after each hundredth of them."""
    step = max(len(items) // 100, 1000)
    for number, item in enumerate(items):
        if number % step == 0:
            progress(start + (end - start) * number / len(items))
        yield item


class Index:
    """Phrasings grouped by entry, with postings by word form, and the words of the answers. Immutable once built."""

    def __init__(
        self,
        phrasings: Sequence[Phrasing],
        answers: Mapping[int, str],
        background: "Index | None" = None,
        progress: Progress = lambda _share: None,
    ) -> None:
        entries: dict[int, list[tuple[Phrasing, list[str]]]] = {}
        for phrasing in _counted(phrasings, progress, 0.0, _PARSED):
            found = words(lower(clip(phrasing.text)))
            if found:  # a phrasing without words can never be found
                entries.setdefault(phrasing.entry_id, []).append((phrasing, found))
        self.entry_ids = list(entries)
        self.langs = [own[0][0].lang for own in entries.values()]
        self.vocabulary: Vocabulary = Vocabulary(background.vocabulary if background else None)
        self.texts: list[str] = []
        self.norms: list[str] = []
        lengths, tokens = [], []
        sizes = [len(own) for own in entries.values()]
        for own in _counted(list(entries.values()), progress, _PARSED, _ENTERED):
            for phrasing, found in own:
                numbers = self.vocabulary.add(found, phrasing.lang)
                lengths.append(len(numbers))
                tokens.extend(numbers)
                self.texts.append(phrasing.text)
                self.norms.append(" ".join([self.vocabulary.forms[number] for number in numbers]))
        self.tokens = Rows.of(lengths, tokens)
        self.answers = self._answers(answers)
        self.entry_starts = np.zeros(len(sizes) + 1, np.int32)
        np.cumsum(np.array(sizes, np.int32), out=self.entry_starts[1:])
        self.owners: Ints = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        self._columns = self._in_columns(sizes)
        self.vocabulary.seal(self.tokens, self.owners, self.answers, len(sizes))
        self.postings = self.tokens.invert(len(self.vocabulary.forms))
        progress(_SEALED)
        self.varied = find_varied(self.tokens, self.entry_starts, self.vocabulary)
        self._measure(progress)

    def _in_columns(self, sizes: Sequence[int]) -> Ints:
        """Return the phrasings of each entry as a column, padded with the number after the last; empty if too sparse.

        A maximum per column takes a quarter of the time of a maximum per stretch.
        """
        if len(sizes) > _ALL_ENTRIES or max(sizes, default=0) * len(sizes) > 2 * len(self.texts):
            return np.zeros((0, 0), np.intp)
        lines = np.arange(max(sizes, default=0))[:, None]
        return np.where(lines < np.diff(self.entry_starts), lines + self.entry_starts[:-1], len(self.texts))

    def _answers(self, answers: Mapping[int, str]) -> Rows:
        """Return the distinct words of each entry's answer. They are used for ranking, not in the n-gram search."""
        lengths: list[int] = []
        tokens: list[int] = []
        for entry, lang in zip(self.entry_ids, self.langs, strict=True):
            found = words(lower(answers.get(entry, "")[:_ANSWER]))
            own = set(self.vocabulary.add(found, lang))
            lengths.append(len(own))
            tokens.extend(own)
        return Rows.of(lengths, tokens)

    def _measure(self, progress: Progress) -> None:
        """Compute lengths of the phrasing vectors and of the entries' mean vectors, and the stances of both."""
        vocabulary = self.vocabulary
        count = len(self.texts)
        stem_norms = np.ones(count, np.float32)
        gram_norms = np.ones(count, np.float32)
        self.meaning_scale = np.ones(count, np.float32)
        self.centroid_norm = np.ones(len(self.entry_ids), np.float32)
        self.entry_meaning = np.zeros((len(self.entry_ids), WIDTH), np.float32)
        marks = stances.table(vocabulary.forms)
        self.stances = np.zeros(count, np.uint64)
        self.stance_ever = np.zeros(len(self.entry_ids), np.uint64)
        self.stance_always = np.zeros(len(self.entry_ids), np.uint64)
        form_stem_rows = Rows(np.arange(len(vocabulary.forms) + 1, dtype=np.int32), vocabulary.form_stem)
        for first in range(0, len(self.entry_ids), _CHUNK):
            last = min(first + _CHUNK, len(self.entry_ids))
            begin, end = int(self.entry_starts[first]), int(self.entry_starts[last])
            owners = self.owners[begin:end] - first
            stem_norm, stem_mean = self._lengths(begin, end, owners, form_stem_rows, vocabulary.stem_weight**2)
            gram_norm, gram_mean = self._lengths(begin, end, owners, vocabulary.form_grams, vocabulary.gram_square)
            stem_norms[begin:end], gram_norms[begin:end] = stem_norm, gram_norm
            weighed = self._weighed(self.tokens, np.arange(begin, end))
            self.meaning_scale[begin:end] = 1.0 / np.maximum(np.linalg.norm(weighed, axis=1), 1e-6)
            self.entry_meaning[first:last] = _theme(unit(weighed), owners, last - first)
            self.centroid_norm[first:last] = np.sqrt(stem_mean + gram_mean)
            tokens, lengths = self.tokens.gather(np.arange(begin, end))
            shown = stances.stances(tokens, lengths, vocabulary.forms, marks)
            starts = self.entry_starts[first:last] - begin
            self.stances[begin:end] = shown
            self.stance_ever[first:last] = np.bitwise_or.reduceat(shown, starts)
            self.stance_always[first:last] = np.bitwise_and.reduceat(shown, starts)
            progress(_SEALED + (1 - _SEALED) * last / len(self.entry_ids))
        self.norm_lengths = np.array([len(norm) for norm in self.norms], np.int32)
        self.stem_scale, self.gram_scale = 0.5 / stem_norms, 0.5 / gram_norms
        self.answer_meaning = self._answer_meanings()

    def _lengths(self, begin: int, end: int, owners: Ints, features: Rows, squares: Floats) -> tuple[Floats, Floats]:
        """Compute vector lengths of the phrasings `begin:end`, and squared lengths of their sums by entry."""
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

    def meanings(self, phrasings: Ints) -> Floats:
        """Return the meaning vector of each phrasing: the weighted mean of its words, of unit length."""
        return unit(self._weighed(self.tokens, phrasings))

    def _weighed(self, texts: Rows, chosen: Ints) -> Floats:
        tokens, lengths = texts.gather(chosen)
        sums = np.zeros((len(chosen), WIDTH), np.float32)
        filled = np.flatnonzero(lengths > 0)
        if len(filled):
            stems = self.vocabulary.form_stem[tokens]
            weighted = self.vocabulary.stem_meaning[stems] * self.vocabulary.stem_weight[stems][:, None]
            sums[filled] = np.add.reduceat(weighted, (np.cumsum(lengths) - lengths)[filled], axis=0)
        return sums

    def _answer_meanings(self) -> Floats:
        """Return the meaning vector of each answer, as in `meanings`; empty if there are no answers."""
        if not len(self.answers.values):
            return np.zeros((0, WIDTH), np.float32)
        found = np.zeros((self.answers.count, WIDTH), np.float32)
        for first in range(0, self.answers.count, _CHUNK):
            rows = np.arange(first, min(first + _CHUNK, self.answers.count))
            found[rows] = unit(self._weighed(self.answers, rows))
        return found

    @property
    def richness(self) -> float:
        """Mean number of phrasings per entry, on a scale from 0 (one) to 1 (sixteen and more)."""
        if not self.entry_ids:
            return 0.0
        return float(np.clip(np.log2(len(self.texts) / len(self.entry_ids)), 0, 4) / 4)

    @property
    def size(self) -> int:
        """Size of arrays and texts in bytes."""
        arrays = (
            self.owners,
            self.entry_starts,
            self.norm_lengths,
            self._columns,
            self.stem_scale,
            self.gram_scale,
            self.meaning_scale,
            self.centroid_norm,
            self.entry_meaning,
            self.answer_meaning,
            self.varied,
            self.stances,
            self.stance_ever,
            self.stance_always,
        )
        texts = sum(map(sys.getsizeof, self.texts)) + sum(map(sys.getsizeof, self.norms))
        return (
            sum(a.nbytes for a in arrays)
            + self.tokens.size
            + self.answers.size
            + self.postings.size
            + texts
            + self.vocabulary.size
        )

    def side_by_side(self, phrasings: Ints) -> Ints:
        """Return the forms of phrasings as columns, with the number of forms as a border before and after each."""
        return self.tokens.table(phrasings, len(self.vocabulary.forms))

    def cosines(self, question: Question) -> Floats:
        """Return the mean of stem and n-gram cosine with every phrasing; for a large knowledge base see `search`."""
        return self.search(question)[0]

    def search(self, question: Question) -> tuple[Floats, bool]:
        """Return the `cosines`, and whether words were skipped.

        In a large knowledge base the commonest words of the question are skipped, as they cost the most and contribute
        the least; `features` includes them for the entries found.
        """
        active = question.active
        begin, end = self.postings.starts.take(active), self.postings.starts.take(active + 1)
        lengths = end - begin
        stem, gram = question.stem_weights.take(active), question.gram_weights.take(active)
        passes_over = int(np.add.reduce(lengths)) > _POSTINGS
        if passes_over:
            order = np.argsort(-(stem + gram), kind="stable")
            kept = order[: max(int(lengths.take(order).cumsum().searchsorted(_POSTINGS)), 1)]
            begin, end, lengths = begin.take(kept), end.take(kept), lengths.take(kept)
            stem, gram = stem.take(kept), gram.take(kept)
        phrasings = self.postings.stretches(begin, end)
        values: Floats = gram.repeat(lengths)
        values *= self.gram_scale.take(phrasings)
        faint: Floats = stem.repeat(lengths)
        faint *= self.stem_scale.take(phrasings)
        values += faint
        sums: Floats = np.bincount(phrasings, values, minlength=len(self.texts)).astype(np.float64, copy=False)
        return sums, passes_over

    def nearest(self, cosines: Floats, intent: Floats, most: int) -> Ints:
        """Return the entries to rank, ascending: the nearest by best phrasing, by all phrasings, and by meaning.

        `intent` is the meaning vector of the question. In a large knowledge base, where not every entry is compared
        with it, only entries that share an n-gram with the question are found.
        """
        if not len(self.entry_ids):
            return np.zeros(0, np.int32)
        if len(self.entry_ids) <= _ALL_ENTRIES:
            if len(self._columns):
                near = np.append(cosines, 0.0).take(self._columns)
                best, rough = np.maximum.reduce(near), np.add.reduce(near)
            else:
                starts = self.entry_starts[:-1]
                best, rough = np.maximum.reduceat(cosines, starts), np.add.reduceat(cosines, starts)
            rough /= self.centroid_norm
            rough += best
            rough += _BY_MEANING * (self.entry_meaning @ intent)
            if len(self.answer_meaning):
                rough += _BY_ANSWER * (self.answer_meaning @ intent)
            return _greatest(rough, most)
        touched = self._touched(cosines)
        if not len(touched):
            return touched
        owners = self.owners.take(touched)
        starts = np.concatenate(([0], (owners[1:] != owners[:-1]).nonzero()[0] + 1))
        entries, near = owners.take(starts), cosines.take(touched)
        rough = np.add.reduceat(near, starts)
        rough /= self.centroid_norm.take(entries)
        rough += np.maximum.reduceat(near, starts)
        rough += _BY_MEANING * (self.entry_meaning.take(entries, axis=0) @ intent)
        return entries.take(_greatest(rough, most))

    def _touched(self, cosines: Floats) -> Ints:
        """Return the phrasings to consider in a large knowledge base, ascending."""
        places: Ints = (cosines > _FAINT * cosines.max()).nonzero()[0]
        if len(places) > _LOOKED_AT:
            places = places[np.argpartition(cosines.take(places), -_LOOKED_AT)[-_LOOKED_AT:]]
            places.sort()
        return places


def _greatest(values: Floats, most: int) -> Ints:
    """Return the indices of the greatest values above zero, ascending."""
    places: Ints = np.argpartition(values, -most)[-most:] if len(values) > most else np.arange(len(values))
    places = places.compress(values.take(places) > 0)
    places.sort()
    return places


def _theme(meanings: Floats, owners: Ints, count: int) -> Floats:
    """Return the mean meaning vector of the phrasings of each entry."""
    sums = np.zeros((count, WIDTH), np.float32)
    if len(owners):
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        sums[owners[starts]] = np.add.reduceat(meanings, starts, axis=0)
    return unit(sums)
