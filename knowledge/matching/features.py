"""What is compared when the nearest entries are put in order: one row of numbers per entry."""

from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.index import Index
from knowledge.matching.lessons import Lessons
from knowledge.matching.question import Question

NAMES = (
    "stem", "gram", "top3", "centroid", "asked", "covered", "both", "ratio", "sorted", "set", "equal", "exact", "count",
    "length", "lesson", "missed", "pairs", "anywhere",
)  # fmt: skip
"""The columns: cosines of the best phrasing, mean of the best three, the entry's centre, shares of the question and of the
phrasing that the other covers, string ratios, equality, number of phrasings, difference in length."""

NEAREST = 40
_PER_ENTRY = 3
_LIKE = 0.35


@dataclass(frozen=True, slots=True)
class Reranked:
    """The nearest entries of a question: their numbers, the phrasing that speaks for each, and the feature rows."""

    entries: Ints
    phrasings: Ints
    rows: Floats


def nearest(index: Index, lessons: Lessons, question: Question, text: str) -> Reranked:
    """Feature rows of the `NEAREST` entries; nothing at all when no n-gram is shared."""
    scores = index.scores(question.stem_weights, question.gram_weights)
    blend = 0.5 * (scores.stem + scores.gram)
    best = np.maximum.reduceat(blend, index.entry_starts[:-1]) if len(index.texts) else blend
    rough = best + 0.5 * scores.centroid
    count = min(NEAREST, len(rough))
    entries = np.argpartition(-rough, count - 1)[:count] if count else np.zeros(0, np.int64)
    entries = np.sort(entries[best[entries] > 0]).astype(np.int32)
    if not len(entries):
        return Reranked(entries, entries, np.zeros((0, len(NAMES)), np.float32))
    phrasings, group = _leading(index, blend, entries)
    rows = np.zeros((len(entries), len(NAMES)), np.float32)
    starts = np.searchsorted(group, np.arange(len(entries)))
    asked, covered, exact = _coverage(index, question, phrasings)
    norms = [index.norms[number] for number in phrasings]
    ratio, by_words, by_set = (
        process.cdist([text], norms, scorer=scorer, dtype=np.float32)[0] / 100.0
        for scorer in (fuzz.ratio, fuzz.token_sort_ratio, fuzz.token_set_ratio)
    )
    lead = phrasings[starts]
    rows[:, 0] = scores.stem[lead]
    rows[:, 1] = scores.gram[lead]
    rows[:, 2] = np.add.reduceat(blend[phrasings], starts) / np.bincount(group)
    rows[:, 3] = scores.centroid[entries]
    both = np.sqrt(asked * covered)
    for column, values in ((4, asked), (5, covered), (6, both), (7, ratio), (8, by_words), (9, by_set), (11, exact)):
        rows[:, column] = np.maximum.reduceat(values, starts)
    rows[:, 10] = rows[:, 7] > 0.97
    rows[:, 12] = np.minimum(index.entry_starts[entries + 1] - index.entry_starts[entries], 10) / 10
    lengths = np.array([len(index.norms[number]) for number in lead], np.float32)
    rows[:, 13] = np.abs(lengths - len(text)) / np.maximum(np.maximum(lengths, len(text)), 1)
    taught = lessons.of(scores)
    rows[:, 14] = taught[entries] if taught is not None else scores.centroid[entries]
    owned, sizes = _owned(index, entries)
    anywhere, missed = _anywhere(index, question, owned, sizes)
    rows[:, 15] = missed
    rows[:, 16] = np.maximum.reduceat(_pairs(index, question, phrasings), starts)
    rows[:, 17] = anywhere
    return Reranked(entries, lead, rows)


def _owned(index: Index, entries: Ints) -> tuple[Ints, Ints]:
    begin, end = index.entry_starts[entries], index.entry_starts[entries + 1]
    first, last = index.tokens.starts[begin], index.tokens.starts[end]
    sizes = last - first
    ends = np.cumsum(sizes)
    return index.tokens.values[np.arange(int(ends[-1])) + np.repeat(first - (ends - sizes), sizes)], sizes


def _anywhere(index: Index, question: Question, tokens: Ints, sizes: Ints) -> tuple[Floats, Floats]:
    n = len(sizes)
    out, missed = np.zeros(n, np.float32), np.ones(n, np.float32)
    filled = np.flatnonzero(sizes > 0)
    if not len(filled) or not question.forms:
        return out, missed
    starts = (np.cumsum(sizes) - sizes)[filled]
    alike = question.likeness[:, tokens]
    alike = np.where(alike > _LIKE, alike, 0.0) ** 1.5
    best = np.maximum.reduceat(alike, starts, axis=1)
    total = max(float(question.weights.sum()), 1e-6)
    out[filled] = question.weights @ best / total
    missed[filled] = ((1 - np.minimum(best, 1.0)) * question.weights[:, None]).max(axis=0) / (
        index.vocabulary.rarest + 0.3
    )
    return out, missed


def _pairs(index: Index, question: Question, phrasings: Ints) -> Floats:
    tokens, lengths = index.tokens.gather(phrasings)
    out = np.zeros(len(phrasings), np.float32)
    if len(question.forms) < 2 or not len(tokens):
        return out
    alike = question.likeness[:, tokens] >= 0.6
    owner = np.repeat(np.arange(len(phrasings)), lengths)
    together = alike[:-1, :-1] & alike[1:, 1:] & (owner[:-1] == owner[1:])[None, :]
    weights = np.minimum(question.weights[:-1], question.weights[1:])
    per = np.zeros((len(weights), len(phrasings)), np.float32)
    rows, cols = np.nonzero(together)
    per[rows, owner[cols]] = 1.0
    return weights @ per / max(float(weights.sum()), 1e-6)


def _leading(index: Index, blend: Floats, entries: Ints) -> tuple[Ints, Ints]:
    """The best few phrasings of each entry, best first, and for each the position of its entry."""
    starts = index.entry_starts[entries]
    sizes = index.entry_starts[entries + 1] - starts
    group = np.repeat(np.arange(len(entries), dtype=np.int32), sizes)
    ends = np.cumsum(sizes)
    phrasings = np.arange(int(ends[-1]), dtype=np.int32) + np.repeat(starts - (ends - sizes), sizes)
    order = np.lexsort((-blend[phrasings], group))
    rank = np.arange(len(order)) - np.repeat(ends - sizes, sizes)
    kept = order[rank < _PER_ENTRY]
    return phrasings[kept], group[kept]


def _coverage(index: Index, question: Question, phrasings: Ints) -> tuple[Floats, Floats, Floats]:
    """Weighted share of the question found in each phrasing (alike, then exactly), and of the phrasing in the question."""
    tokens, lengths = index.tokens.gather(phrasings)
    count = len(phrasings)
    if not len(tokens) or not len(question.forms):
        empty = np.zeros(count, np.float32)
        return empty, empty, empty
    filled = np.flatnonzero(lengths > 0)
    starts = (np.cumsum(lengths) - lengths)[filled]
    alike = question.likeness[:, tokens]
    alike = np.where(alike > _LIKE, alike, 0.0) ** 1.5
    total = max(float(question.weights.sum()), 1e-6)
    asked, covered, exact = np.zeros((3, count), np.float32)
    asked[filled] = question.weights @ np.maximum.reduceat(alike, starts, axis=1) / total
    exact[filled] = question.weights @ np.maximum.reduceat(alike >= 1.0, starts, axis=1).astype(np.float32) / total
    weights = index.vocabulary.stem_weight[index.vocabulary.form_stem[tokens]]
    covered[filled] = np.add.reduceat(alike.max(axis=0) * weights, starts) / np.add.reduceat(weights, starts)
    return asked, covered, exact
