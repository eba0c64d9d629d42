"""A question as the index sees it: repaired words, their weights, and their likeness to every word of the knowledge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats
from knowledge.matching.vocabulary import Vocabulary

_UNKNOWN_STEM = 0.6
_FAINT = 0.02


@dataclass(frozen=True, slots=True)
class Question:
    """The distinct forms of a question in order, with everything the scores need.

    `weights` is how telling each form is; `likeness` its n-gram cosine with every known form, 1 for the same stem;
    `stem_weights` and `gram_weights` are the two vectors that `Index.scores` takes.
    """

    forms: tuple[str, ...]
    known: tuple[bool, ...]
    weights: Floats
    likeness: Floats
    stem_weights: Floats
    gram_weights: Floats

    @property
    def share(self) -> float:
        """The part of the question's weight that the knowledge knows, 0..1."""
        return float(np.dot(self.known, self.weights) / max(float(self.weights.sum()), 1e-6))

    @classmethod
    def of(cls, forms: Sequence[str], vocabulary: Vocabulary) -> "Question":
        counts: dict[str, int] = {}
        for form in forms:
            counts[form] = counts.get(form, 0) + 1
        distinct = list(counts)
        mass, squares = vocabulary.likeness(distinct)
        times = np.array([counts[form] for form in distinct], np.float32)
        stems = [vocabulary.stem_of(form) for form in distinct]
        known = np.array([stem is not None for stem in stems], bool)
        weights = np.full(len(distinct), vocabulary.rarest * _UNKNOWN_STEM, np.float32)
        same = np.zeros(mass.shape, bool)
        for position, stem in enumerate(stems):
            if stem is not None:
                weights[position] = vocabulary.stem_weight[stem]
                same[position, vocabulary.stem_forms.row(stem)] = True
        stem_weights = ((times * weights**2)[:, None] * same).sum(axis=0)
        length = float(np.sqrt((times**2 * weights**2).sum())) or 1.0
        gram_length = float(np.sqrt((times**2 * squares).sum())) or 1.0
        gram_weights = times @ mass / gram_length
        likeness = mass / np.sqrt(np.maximum(squares[:, None] * vocabulary.form_square[None, :], 1e-9))
        likeness[same] = 1.0
        return cls(
            tuple(distinct),
            tuple(known.tolist()),
            weights,
            likeness,
            (stem_weights / length).astype(np.float32),
            np.where(gram_weights > _FAINT, gram_weights, 0.0).astype(np.float32),
        )
