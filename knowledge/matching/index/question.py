"""A question as the index sees it: its words, and their similarity to the words of the knowledge base."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.lexicon.intents import Wants
from knowledge.matching.lexicon.meanings import WIDTH
from knowledge.matching.lexicon.vocabulary import Vocabulary

_CARRYING = 0.6**1.5
_TELLING = 0.3
"""Minimum rarity of a telling word: one in a few thousand words. Commoner ones are articles, pronouns and the like."""
_OF_A_FEW = 1 / 8

_AS_TYPED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """The distinct forms of a question in order, compared with the similar forms of the knowledge base (KB forms).

    * `weights`: the weight of each form; `parts`: the same, normalised to a sum of 1; `share`: the part of it that the
      knowledge base knows.
    * `stem_weights`, `gram_weights`: the two search vectors over all KB forms; `active`: the KB forms where they are
      not 0.
    * `places`: for each KB form the number, from 1, of the question's word that it is a form of, and one more number at
      the end for the edge of a text; `sequence`: these numbers in the order of the question, 0 for an unknown word.
    * `lines`: for each KB form the row of `likeness` that compares it with the words of the question; row 0, of zeros,
      is for dissimilar forms; `carrying`: the forms so similar to a word that they may be shown as the same.
    * `rare`: the rarity of each form in its language, normalised to a sum of 1; `telling`: 1/8 for those that are rare
      enough to be significant.
    * `meaning`: a unit vector per form; `intent`: their weighted mean, also of unit length; `wants`: acts and manners.
    """

    forms: tuple[str, ...]
    weights: Floats
    parts: Floats
    share: float
    active: Ints
    stem_weights: Floats
    gram_weights: Floats
    places: Ints
    sequence: tuple[int, ...]
    lines: Ints
    likeness: Floats
    carrying: frozenset[int]
    rare: Floats
    telling: Floats
    meaning: Floats
    intent: Floats
    wants: Wants

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
        share = sum([word.weight for word in words if word.known]) / max(total, 1e-6)
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
        places = np.zeros(width + 1, np.int32)
        places[-1] = len(words) + 1
        kin_of = [len(word.kin) for word in words]
        places[kin] = np.arange(1, len(words) + 1, dtype=np.int32).repeat(kin_of)
        number_of = {
            form: int(places[word.kin[0]]) if len(word.kin) else 0 for form, word in zip(counts, words, strict=True)
        }
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
        intent = weighed @ meaning
        return cls(
            tuple(counts),
            weighed,
            weighed / np.float32(max(total, 1e-6)),
            share,
            held.nonzero()[0],
            stem_weights,
            gram_weights,
            places,
            tuple([number_of[form] for form in forms]),
            lines,
            likeness,
            frozenset(close[alike >= _CARRYING].tolist()),
            np.array(rarities, np.float32) / np.float32(max(sum(rarities), 1e-6)),
            np.array([_OF_A_FEW if rarity > _TELLING else 0.0 for rarity in rarities], np.float32),
            meaning,
            intent / max(float(intent @ intent) ** 0.5, 1e-6),
            Wants([word.marks for word in words]),
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
            0.0,
            none,
            zeros,
            zeros,
            np.zeros(width + 1, np.int32),
            (),
            np.zeros(width, np.int32),
            likeness,
            frozenset(),
            no_parts,
            no_parts,
            meaning,
            intent,
            Wants(()),
        )
