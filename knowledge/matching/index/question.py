"""A question as the index sees it: its words, and their similarity to the words of the knowledge base."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.lexicon.meanings import WIDTH
from knowledge.matching.lexicon.ngrams import Word
from knowledge.matching.lexicon.politeness import FOLDED_ASKING
from knowledge.matching.lexicon.rarity import TELLING
from knowledge.matching.lexicon.stances import is_silent, stance
from knowledge.matching.lexicon.vocabulary import Vocabulary

_CARRYING = 0.6**1.5
_TELLING = 0.3
"""Minimum rarity of a telling word: one in a few thousand words. Commoner ones are articles, pronouns and the like."""
_OF_A_FEW = 1 / 8

_AS_TYPED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """The distinct forms of a question in order, compared with the similar forms of the knowledge base (KB forms).

    * `weights`: the weight of each form; `parts`: the same, normalised to a sum of 1; `kin`: the KB forms of its stem.
    * `stem_weights`, `gram_weights`: the two search vectors over all KB forms; `active`: the KB forms where they are
      not 0.
    * `lines`: for each KB form the row of `likeness` that compares it with the words of the question; row 0, of zeros,
      is for dissimilar forms; `carrying`: the forms so similar to a word that they may be shown as the same.
    * `rarity`: that of each form in its language; `rare`: the same, normalised to a sum of 1; `novelty`: whether the
      knowledge base has the form (`Word.novelty`); `telling`: 1/8 for those that are rare enough to be significant;
      `specific`: whether it is what the question is about, and no word of asking; `shown`: the stances of each form.
    * `meaning`: a unit vector per form; `intent`: their weighted mean, also of unit length.
    * `stance`: see `lexicon.stances`.
    """

    forms: tuple[str, ...]
    weights: Floats
    parts: Floats
    kin: tuple[Ints, ...]
    active: Ints
    stem_weights: Floats
    gram_weights: Floats
    lines: Ints
    likeness: Floats
    carrying: frozenset[int]
    rarity: Floats
    rare: Floats
    novelty: Ints
    telling: Floats
    specific: NDArray[np.bool_]
    shown: NDArray[np.uint64]
    meaning: Floats
    intent: Floats
    stance: int

    @classmethod
    def of(cls, forms: Sequence[str], vocabulary: Vocabulary, accented: Mapping[str, str] = _AS_TYPED) -> "Question":
        """Build a question. `accented` maps forms to their accented spelling in the message."""
        counts: dict[str, int] = {}
        for form in forms:
            counts[form] = counts.get(form, 0) + 1
        words = vocabulary.words([(form, accented.get(form, form)) for form in counts])
        width = len(vocabulary.forms)
        if not words:
            return cls._of_nothing(width)
        # A dozen numbers: lists are faster than arrays.
        times, weights = list(counts.values()), [word.weight for word in words]
        stem_length = sum([(n * weight) ** 2 for n, weight in zip(times, weights, strict=True)]) ** 0.5 or 1.0
        gram_length = sum([n * n * word.square for n, word in zip(times, words, strict=True)]) ** 0.5 or 1.0
        total = sum(weights)
        stem_mass = np.array([n * weight * weight / stem_length for n, weight in zip(times, weights, strict=True)])
        gram_mass = np.array([n / gram_length for n in times], np.float32)
        near = np.concatenate([word.near for word in words])
        shared = np.concatenate([word.shared for word in words])
        shared *= gram_mass.repeat([len(word.near) for word in words])
        gram_weights = np.zeros(width, np.float32)
        np.add.at(gram_weights, near, shared)
        held = np.zeros(width, bool)
        held[near] = True
        stem_weights = np.zeros(width, np.float32)
        kin = np.concatenate([word.kin for word in words])
        kin_of = [len(word.kin) for word in words]
        np.add.at(stem_weights, kin, stem_mass.repeat(kin_of).astype(np.float32))
        close = np.concatenate([word.close for word in words])
        lines = np.zeros(width, np.int32)
        lines[close] = np.arange(1, len(close) + 1, dtype=np.int32)
        likeness = np.zeros((len(close) + 1, len(words)), np.float32)
        owners = np.arange(len(words)).repeat([len(word.close) for word in words])
        alike = np.concatenate([word.likeness for word in words])
        likeness[lines.take(close), owners] = alike
        meaning = np.concatenate([word.meaning for word in words]).reshape(len(words), WIDTH)
        weighed = np.array(weights, np.float32)
        rarities = [word.rarity for word in words]
        rarity = np.array(rarities, np.float32)
        intent = weighed @ meaning
        return cls(
            tuple(counts),
            weighed,
            weighed / np.float32(max(total, 1e-6)),
            tuple([word.kin for word in words]),
            held.nonzero()[0],
            stem_weights,
            gram_weights,
            lines,
            likeness,
            frozenset(close[alike >= _CARRYING].tolist()),
            rarity,
            rarity / np.float32(max(sum(rarities), 1e-6)),
            np.array([word.novelty for word in words], np.int32),
            np.array([_OF_A_FEW if rarity > _TELLING else 0.0 for rarity in rarities], np.float32),
            np.array([_is_specific(word) for word in words], bool),
            np.array([word.marks[0] for word in words], np.uint64),
            meaning,
            intent / max(float(intent @ intent) ** 0.5, 1e-6),
            stance(list(counts), [word.marks for word in words]),
        )

    @classmethod
    def _of_nothing(cls, width: int) -> "Question":
        none, zeros, no_parts = np.zeros(0, np.int32), np.zeros(width, np.float32), np.zeros(0, np.float32)
        likeness = np.zeros((1, 0), np.float32)
        meaning, intent = np.zeros((0, WIDTH), np.float32), np.zeros(WIDTH, np.float32)
        return cls(
            (),
            no_parts,
            no_parts,
            (),
            none,
            zeros,
            zeros,
            np.zeros(width, np.int32),
            likeness,
            frozenset(),
            no_parts,
            no_parts,
            none,
            no_parts,
            np.zeros(0, bool),
            np.zeros(0, np.uint64),
            meaning,
            intent,
            0,
        )


def _is_specific(word: Word) -> bool:
    return word.rarity >= TELLING and word.form not in FOLDED_ASKING and not is_silent(word.marks)
