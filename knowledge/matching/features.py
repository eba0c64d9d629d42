"""What is compared when the nearest entries are put in order: one row of numbers per entry."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge.matching.arrays import Floats, Ints, Rows, unit
from knowledge.matching.index import Index
from knowledge.matching.lessons import Lessons
from knowledge.matching.question import Question

NAMES = (
    "stem", "gram", "top3", "centroid", "asked", "covered", "both", "ratio", "sorted", "set", "equal", "exact", "count",
    "length", "lesson", "missed", "pairs", "anywhere", "meant", "theme", "asked_meant", "covered_meant",
    "answered", "answer_meant",
)  # fmt: skip
"""The columns of a row.

Of the best phrasing: cosines (stem, gram), string ratios (ratio, sorted, set), whether it is equal, difference in length.
Of the best three: mean cosine (top3); the greatest share of the question's weight found in one (asked; exact: by stems
alone; asked_meant: also by meaning), share of the phrasing found in the question (covered, covered_meant), both, share of
neighbouring words that are neighbours there too (pairs), cosine of meanings (meant).
Of the entry: cosine with its centre (centroid; theme: by meaning), number of phrasings (count), what the phrasings teach
(lesson), share of the question found in any of them (anywhere), the weightiest word found in none (missed), share found in
the answer (answered), cosine of meanings with the answer (answer_meant).
"""

NEAREST = 40
_PER_ENTRY = 3
_LIKE = 0.35
_SHARPNESS = 1.5
_SURELY_LIKE = 0.6


@dataclass(frozen=True, slots=True)
class Reranked:
    """The nearest entries of a question: their places in the index, the phrasing that speaks for each, and the rows."""

    entries: Ints
    phrasings: Ints
    rows: Floats


@dataclass(frozen=True, slots=True)
class _Nearby:
    """The phrasings of some entries with their tokens, and where in them each entry and each phrasing begins."""

    phrasings: Ints
    entry_starts: Ints
    tokens: Ints
    columns: Ints
    lengths: Ints
    starts: Ints

    @classmethod
    def of(cls, index: Index, question: Question, phrasings: Ints, entry_starts: Ints) -> "_Nearby":
        tokens, lengths = index.tokens.gather(phrasings)
        return cls(phrasings, entry_starts, tokens, _columns(question, tokens), lengths, np.cumsum(lengths) - lengths)


def _columns(question: Question, tokens: Ints) -> Ints:
    """The column of `Question.likeness` for each token; the last one, of zeros, for a token that resembles no word."""
    columns: Ints = np.searchsorted(question.active, tokens)
    columns[np.append(question.active, -1)[columns] != tokens] = len(question.active)
    return columns


def nearest(index: Index, lessons: Lessons, question: Question, text: str) -> Reranked:
    """Feature rows of the `NEAREST` entries; nothing at all when no n-gram is shared."""
    cosines = index.cosines(question)
    entries = index.nearest(cosines, question.intent, NEAREST)
    if not len(entries):
        return Reranked(entries, entries, np.zeros((0, len(NAMES)), np.float32))
    phrasings, sizes = Rows(index.entry_starts, np.arange(len(index.texts), dtype=np.int32)).gather(entries)
    owned = _Nearby.of(index, question, phrasings, np.cumsum(sizes) - sizes)
    alike = np.where(question.likeness > _LIKE, question.likeness, 0.0) ** _SHARPNESS
    stem = np.add.reduceat(question.stem_weights[owned.columns], owned.starts) * index.stem_scale[phrasings] * 2
    gram = np.add.reduceat(question.gram_weights[owned.columns], owned.starts) * index.gram_scale[phrasings] * 2
    blend = 0.5 * (stem + gram)
    leading = _leading(blend, np.repeat(np.arange(len(entries)), sizes), owned.entry_starts)
    group = np.repeat(np.arange(len(entries)), np.minimum(sizes, _PER_ENTRY))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    spoken = _Nearby.of(index, question, phrasings[leading], starts)
    lead = leading[starts]
    rows = np.zeros((len(entries), len(NAMES)), np.float32)
    column = {name: rows[:, place] for place, name in enumerate(NAMES)}
    column["stem"][:] = stem[lead]
    column["gram"][:] = gram[lead]
    column["top3"][:] = np.add.reduceat(blend[leading], starts) / np.bincount(group)
    column["centroid"][:] = 2 * np.add.reduceat(blend, owned.entry_starts) / index.centroid_norm[entries]
    column["count"][:] = np.minimum(sizes, 10) / 10
    _compare_words(index, question, alike, spoken, column)
    _compare_strings(index, text, spoken, column)
    _compare_entries(index, question, alike, owned, column)
    _compare_answers(index, question, entries, alike, column)
    taught = lessons.of(question, cosines)
    column["lesson"][:] = taught[entries] if taught is not None else column["centroid"]
    column["meant"][:] = np.maximum.reduceat(index.meanings(spoken.phrasings) @ question.intent, starts)
    column["theme"][:] = index.entry_meaning[entries] @ question.intent
    return Reranked(entries, phrasings[lead], rows)


def _leading(blend: Floats, group: Ints, entry_starts: Ints) -> Ints:
    """Places of the best few phrasings of each entry, best first."""
    order = np.lexsort((-blend, group))
    rank = np.arange(len(order)) - entry_starts[group]
    kept: Ints = order[rank < _PER_ENTRY]
    return kept


def _compare_words(
    index: Index, question: Question, alike: Floats, spoken: _Nearby, column: dict[str, NDArray[np.float32]]
) -> None:
    total = max(float(question.weights.sum()), 1e-6)
    stems = index.vocabulary.form_stem[spoken.tokens]
    weights = index.vocabulary.stem_weight[stems]
    mass = np.add.reduceat(weights, spoken.starts)
    found = alike[:, spoken.columns]
    exact = found >= 1.0
    meant = np.maximum(question.meaning @ index.vocabulary.stem_meaning[stems].T, 0.0) ** _SHARPNESS
    meant = np.maximum(found, meant)
    asked = question.weights @ np.maximum.reduceat(found, spoken.starts, axis=1) / total
    covered = np.add.reduceat(found.max(axis=0) * weights, spoken.starts) / mass
    exactly = question.weights @ np.logical_or.reduceat(exact, spoken.starts, axis=1) / total
    asked_meant = question.weights @ np.maximum.reduceat(meant, spoken.starts, axis=1) / total
    covered_meant = np.add.reduceat(meant.max(axis=0) * weights, spoken.starts) / mass
    for name, values in (
        ("asked", asked),
        ("covered", covered),
        ("both", np.sqrt(asked * covered)),
        ("exact", exactly),
        ("asked_meant", asked_meant),
        ("covered_meant", covered_meant),
        ("pairs", _pairs(question, spoken)),
    ):
        column[name][:] = np.maximum.reduceat(values, spoken.entry_starts)


def _pairs(question: Question, spoken: _Nearby) -> Floats:
    """Weighted share of the question's neighbouring words that are neighbours in a phrasing too."""
    shares = np.zeros(len(spoken.phrasings), np.float32)
    if len(question.forms) < 2:
        return shares
    alike = question.likeness[:, spoken.columns] >= _SURELY_LIKE
    together = alike[:-1, :-1] & alike[1:, 1:]
    together[:, spoken.starts[1:] - 1] = False  # the last word of one phrasing and the first of the next
    weights = np.minimum(question.weights[:-1], question.weights[1:])
    padded = np.concatenate([together, np.zeros((len(weights), 1), bool)], axis=1)
    shares[:] = weights @ np.logical_or.reduceat(padded, spoken.starts, axis=1) / max(float(weights.sum()), 1e-6)
    return shares


def _compare_strings(index: Index, text: str, spoken: _Nearby, column: dict[str, NDArray[np.float32]]) -> None:
    norms = [index.norms[number] for number in spoken.phrasings]
    ratios = process.cdist([text], norms, scorer=fuzz.ratio, dtype=np.float32)[0] / 100.0
    column["ratio"][:] = np.maximum.reduceat(ratios, spoken.entry_starts)
    best = [norms[place] for place in spoken.entry_starts]
    for name, scorer in (("sorted", fuzz.token_sort_ratio), ("set", fuzz.token_set_ratio)):
        column[name][:] = process.cdist([text], best, scorer=scorer, dtype=np.float32)[0] / 100.0
    column["equal"][:] = column["ratio"] > 0.97
    lengths = np.array([len(norm) for norm in best], np.float32)
    column["length"][:] = np.abs(lengths - len(text)) / np.maximum(np.maximum(lengths, len(text)), 1)


def _compare_entries(
    index: Index, question: Question, alike: Floats, owned: _Nearby, column: dict[str, NDArray[np.float32]]
) -> None:
    best = np.maximum.reduceat(alike[:, owned.columns], owned.starts[owned.entry_starts], axis=1)
    column["anywhere"][:] = question.weights @ best / max(float(question.weights.sum()), 1e-6)
    absent = (1.0 - np.minimum(best, 1.0)) * question.weights[:, None]
    column["missed"][:] = absent.max(axis=0) / (index.vocabulary.rarest + 0.3)


def _compare_answers(
    index: Index,
    question: Question,
    entries: Ints,
    alike: Floats,
    column: dict[str, NDArray[np.float32]],
) -> None:
    tokens, lengths = index.answers.gather(entries)
    filled = np.flatnonzero(lengths)
    if not len(filled):
        return
    starts = (np.cumsum(lengths) - lengths)[filled]
    best = np.maximum.reduceat(alike[:, _columns(question, tokens)], starts, axis=1)
    column["answered"][filled] = question.weights @ best / max(float(question.weights.sum()), 1e-6)
    stems = index.vocabulary.form_stem[tokens]
    meaning = index.vocabulary.stem_meaning[stems] * index.vocabulary.stem_weight[stems][:, None]
    column["answer_meant"][filled] = unit(np.add.reduceat(meaning, starts, axis=0)) @ question.intent
