"""Distillation of stem vectors from sentences: their sums should have the similarities of the encoder's vectors."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knowledge.matching.lexicon import meanings
from knowledge.matching.text import stems
from knowledge.matching.text.normalised import lower, words

Array = NDArray[np.float32]

_ROUNDS = 10
_BATCH = 512
_STEP = 0.01
_SHARP, _BLUNT = 0.05, 0.1
"""Temperatures of the encoder's and the sums' cosines: the nearest few neighbours get most of the weight."""
_NEW = 5
"""Minimum number of sentences with a stem that is not among the frequent ones."""
_DOUBT = 3
"""Number of sentences at which a stem's vector is half learned and half its initial value."""


@dataclass
class Lesson:
    """Sentences as rows of stems, weighted by inverse frequency, and the encoder's vectors.

    `places` are the sentences that have a vector, in the order of `taught`, which has unit rows.
    """

    keys: NDArray[np.uint32]
    counts: NDArray[np.int64]
    start: Array
    rows: sp.csr_matrix
    places: NDArray[np.int64]
    taught: Array


def prepare(
    keys: NDArray[np.uint32],
    vectors: Array,
    sentences: list[tuple[str, str]],
    places: NDArray[np.int64],
    taught: Array,
) -> Lesson:
    """Prepare a lesson from stems with initial vectors, (language, text) of sentences, and the encoder's vectors."""
    texts = [stems_of(text, lang) for lang, text in sentences]
    counted = Counter(stem for text in texts for stem in set(text))
    frequent = set(keys.tolist())
    everything = sorted(frequent | {stem for stem, count in counted.items() if count >= _NEW})
    columns_of = {stem: column for column, stem in enumerate(everything)}
    counts = np.array([counted[stem] for stem in everything])
    start = np.zeros((len(everything), vectors.shape[1]), np.float32)
    start[[columns_of[stem] for stem in keys.tolist()]] = unit(vectors)
    weights = np.log((len(texts) + 1) / (counts + 0.5))
    weights /= weights[counts > 0].mean()
    held = [(line, columns_of[stem]) for line, text in enumerate(texts) for stem in text if stem in columns_of]
    lines, columns = np.array(held).T
    rows = sp.csr_matrix((np.ones(len(held), np.float32), (lines, columns)), (len(texts), len(everything)))
    weighed = (rows @ sp.diags(weights.astype(np.float32))).tocsr()
    return Lesson(np.array(everything, np.uint32), counts, start, weighed, places, taught)


def stems_of(text: str, lang: str) -> list[int]:
    """Return the keys of the stems of a text."""
    written = [(word, stems.language_of(word, lang)) for word in words(lower(text))]
    return [meanings.key(stems.stem(word, own), own) for word, own in written]


def centre(vectors: Array, langs: NDArray[np.str_]) -> Array:
    """Centre the vectors of each language: encoders separate languages more than meanings."""
    rows = vectors.astype(np.float32)
    for lang in set(langs.tolist()):
        rows[langs == lang] -= rows[langs == lang].mean(axis=0)
    return unit(rows)


def learn(lesson: Lesson) -> Array:
    """Learn a vector of unit length for each stem of the lesson."""
    rng = np.random.default_rng(0)
    vectors = lesson.start.copy()
    mean, square = np.zeros_like(vectors), np.zeros_like(vectors)
    steps = _ROUNDS * (len(lesson.places) // _BATCH)
    done = 0
    for _ in range(_ROUNDS):
        for batch in _batches(lesson.taught, rng):
            done += 1
            rows = lesson.rows[lesson.places[batch]]
            used = np.unique(rows.indices)
            slope = rows.T.tocsr()[used] @ _slope(rows @ vectors, lesson.taught[batch])
            mean[used] = 0.9 * mean[used] + 0.1 * slope
            square[used] = 0.99 * square[used] + 0.01 * slope**2
            vectors[used] -= _STEP * (1 - done / (steps + 1)) * mean[used] / (np.sqrt(square[used]) + 1e-8)
        print(f"\rlearning: {done}/{steps}", end="", flush=True)
    return _complete(lesson, unit(vectors))


def _batches(taught: Array, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Group sentences with similar meanings, because distant ones contribute little."""
    middles = taught[rng.choice(len(taught), max(len(taught) // 4096, 1), replace=False)]
    nearest = np.argmax(taught @ middles.T, axis=1)
    order = rng.permutation(len(taught))
    order = order[np.argsort(nearest[order], kind="stable")]
    batches = [order[first : first + _BATCH] for first in range(0, len(order) - _BATCH, _BATCH)]
    rng.shuffle(batches)
    return batches


def _slope(sums: Array, taught: Array) -> Array:
    """Return the gradient of the cross-entropy between the neighbours by the encoder and by the sums of words."""
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-4)
    own = sums / lengths
    between = (_shares(own @ own.T / _BLUNT) - _shares(taught @ taught.T / _SHARP)) / (len(own) * _BLUNT)
    slope = (between + between.T) @ own
    found: Array = (slope - (slope * own).sum(axis=1, keepdims=True) * own) / lengths
    return found


def _shares(cosines: Array) -> Array:
    np.fill_diagonal(cosines, -1e4)
    powers = np.exp(cosines - cosines.max(axis=1, keepdims=True))
    found: Array = powers / powers.sum(axis=1, keepdims=True)
    return found


def _complete(lesson: Lesson, vectors: Array) -> Array:
    """Map the initial vectors of stems with few sentences linearly into the learned space."""
    started = np.abs(lesson.start).sum(axis=1) > 0
    sure = started & (lesson.counts >= _NEW)
    before = lesson.start[sure]
    turned = np.linalg.solve(before.T @ before + 10 * np.eye(before.shape[1]), before.T @ vectors[sure])
    share = np.where(started, lesson.counts / (lesson.counts + _DOUBT), 1.0)[:, None]
    return unit((share * vectors + (1 - share) * unit(lesson.start @ turned)).astype(np.float32))


def unit(rows: Array) -> Array:
    found: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return found
