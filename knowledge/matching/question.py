"""A question as the index sees it: its words, and how much each word of the knowledge resembles them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.meanings import WIDTH
from knowledge.matching.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Question:
    """The distinct forms of a question in order, against the forms of the knowledge that resemble any of them.

    `weights` is how telling each form is, `known` whether the knowledge has its stem. The columns of `likeness` are the
    `active` forms of the knowledge, ascending, and a last column of zeros for all others; `stem_weights` and
    `gram_weights` are the two search vectors over the same columns. `meaning` has a unit vector for each form, `intent` is their
    weighted mean, of unit length too.
    """

    forms: tuple[str, ...]
    known: tuple[bool, ...]
    weights: Floats
    active: Ints
    likeness: Floats
    stem_weights: Floats
    gram_weights: Floats
    meaning: Floats
    intent: Floats

    @classmethod
    def of(cls, forms: Sequence[str], vocabulary: Vocabulary) -> "Question":
        counts: dict[str, int] = {}
        for form in forms:
            counts[form] = counts.get(form, 0) + 1
        words = [vocabulary.word(form) for form in counts]
        times = np.array(list(counts.values()), np.float32)
        weights = np.array([word.weight for word in words], np.float32)
        squares = np.array([word.square for word in words], np.float32)
        near = np.concatenate([word.near for word in words]) if words else np.zeros(0, np.int32)
        active, columns = np.unique(near, return_inverse=True)
        width = len(active) + 1
        likeness = np.zeros((len(words), width), np.float32)
        stem_weights, gram_weights = np.zeros(width, np.float32), np.zeros(width, np.float32)
        if words:
            sizes = [len(word.near) for word in words]
            owners = np.repeat(np.arange(len(words)), sizes)
            likeness[owners, columns] = np.concatenate([word.likeness for word in words])
            same = np.concatenate([word.same for word in words])
            shared = np.concatenate([word.shared for word in words])
            length = float(np.sqrt((times**2 * weights**2).sum())) or 1.0
            stem_mass = np.where(same, (times * weights**2 / length)[owners], 0.0)
            stem_weights[:-1] = np.bincount(columns, stem_mass, minlength=width - 1)
            gram_length = float(np.sqrt((times**2 * squares).sum())) or 1.0
            gram_weights[:-1] = np.bincount(columns, shared * (times / gram_length)[owners], minlength=width - 1)
        meaning = np.array([word.meaning for word in words], np.float32).reshape(len(words), WIDTH)
        intent = weights @ meaning
        return cls(
            tuple(counts),
            tuple(word.known for word in words),
            weights,
            active.astype(np.int32),
            likeness,
            stem_weights,
            gram_weights,
            meaning,
            intent / max(float(np.linalg.norm(intent)), 1e-6),
        )

    @property
    def share(self) -> float:
        """The part of the question's weight that the knowledge knows, 0..1."""
        return float(np.dot(self.known, self.weights) / max(float(self.weights.sum()), 1e-6))
