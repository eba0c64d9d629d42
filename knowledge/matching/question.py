"""A question as the index sees it: its words, and how much each word of the knowledge resembles them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.meanings import WIDTH
from knowledge.matching.vocabulary import SHARPNESS, Vocabulary

_CARRYING = 0.6**SHARPNESS


@dataclass(frozen=True, slots=True)
class Question:
    """The distinct forms of a question in order, against the forms of the knowledge that resemble any of them.

    `weights` is how telling each form is, `known` whether the knowledge has its stem. `stem_weights` and `gram_weights` are
    the two search vectors over all forms of the knowledge, `active` the forms for which they are not zero. `lines` gives
    for each form of the knowledge the line of `likeness` that compares it with the words of the question; line 0, of
    zeros, is for all that resemble none; `carrying` are the forms so like a word that they may be shown as the same. `meaning` has a unit vector for each form, `intent` is their weighted mean, of
    unit length too.
    """

    forms: tuple[str, ...]
    known: tuple[bool, ...]
    weights: Floats
    active: Ints
    stem_weights: Floats
    gram_weights: Floats
    lines: Ints
    likeness: Floats
    carrying: frozenset[int]
    meaning: Floats
    intent: Floats

    @classmethod
    def of(cls, forms: Sequence[str], vocabulary: Vocabulary) -> "Question":
        counts: dict[str, int] = {}
        for form in forms:
            counts[form] = counts.get(form, 0) + 1
        words = [vocabulary.word(form) for form in counts]
        width = len(vocabulary.forms)
        if not words:
            return cls._of_nothing(width)
        weights = np.array([word.weight for word in words], np.float32)
        times = np.array(list(counts.values()), np.float32)
        squares = np.array([word.square for word in words], np.float32)
        stem_mass = times * weights
        stem_mass *= weights / (float(stem_mass @ stem_mass) ** 0.5 or 1.0)
        gram_mass = times / (float((times * times) @ squares) ** 0.5 or 1.0)
        near = np.concatenate([word.near for word in words])
        shared = np.concatenate([word.shared for word in words])
        shared *= gram_mass.repeat([len(word.near) for word in words])
        gram_weights, touched = _summed(near, shared, width)
        kin = np.concatenate([word.kin for word in words])
        stem_weights, _ = _summed(kin, stem_mass.repeat([len(word.kin) for word in words]), width)
        close = np.concatenate([word.close for word in words])
        lines = np.zeros(width, np.int32)
        lines[close] = np.arange(1, len(close) + 1, dtype=np.int32)
        likeness = np.zeros((len(close) + 1, len(words)), np.float32)
        owners = np.arange(len(words)).repeat([len(word.close) for word in words])
        alike = np.concatenate([word.likeness for word in words])
        likeness[lines.take(close), owners] = alike
        meaning = np.array([word.meaning for word in words], np.float32)
        intent = weights @ meaning
        return cls(
            tuple(counts),
            tuple(word.known for word in words),
            weights,
            touched,
            stem_weights,
            gram_weights,
            lines,
            likeness,
            frozenset(close[alike >= _CARRYING].tolist()),
            meaning,
            intent / max(float(intent @ intent) ** 0.5, 1e-6),
        )

    @classmethod
    def _of_nothing(cls, width: int) -> "Question":
        none, zeros = np.zeros(0, np.int32), np.zeros(width, np.float32)
        lines, likeness = np.zeros(width, np.int32), np.zeros((1, 0), np.float32)
        meaning, intent = np.zeros((0, WIDTH), np.float32), np.zeros(WIDTH, np.float32)
        return cls((), (), np.zeros(0, np.float32), none, zeros, zeros, lines, likeness, frozenset(), meaning, intent)

    @property
    def share(self) -> float:
        """The part of the question's weight that the knowledge knows, 0..1."""
        return float(np.dot(self.known, self.weights) / max(float(self.weights.sum()), 1e-6))


def _summed(places: Ints, values: Floats, width: int) -> tuple[Floats, Ints]:
    """The values added up by place, and the places that have any, ascending."""
    held = np.zeros(width, bool)
    held[places] = True
    touched: Ints = held.nonzero()[0]
    sums = np.zeros(width, np.float32)
    sums[touched] = np.bincount(np.searchsorted(touched, places), values, minlength=len(touched))
    return sums, touched
