"""A question as the index sees it: its words, and how much each word of the knowledge resembles them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching.arrays import Floats, Ints
from knowledge.matching.lexicon.intents import Wants
from knowledge.matching.lexicon.meanings import WIDTH
from knowledge.matching.lexicon.vocabulary import Vocabulary

_CARRYING = 0.6**1.5
_TELLING = 0.3
"""Words less rare than that are articles, pronouns and the like: one in a few thousand words."""
_OF_A_FEW = 1 / 8

_AS_TYPED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """The distinct forms of a question in order, against the forms of the knowledge that resemble any of them.

    `weights` is how telling each form is, `parts` the same as parts of one, `share` the part of it that the knowledge knows.
    `stem_weights` and `gram_weights` are the two search vectors over all forms of the knowledge, `active` the forms for which they
    are not zero. `places` gives for each form of the knowledge the number, from 1, of the word of the question that it is a form of,
    and one more number at last for the edge of a text; `sequence` has these numbers in the order of the question, 0 for a word that
    the knowledge lacks. `lines` gives for each form of the knowledge the line of `likeness` that compares it with the words of the
    question; line 0, of zeros, is for all that resemble none; `carrying` are the forms so like a word that they may be
    shown as the same. `rare` is how rare each form is in its language, as parts of one, `telling` an eighth for those
    that are rare enough to tell something. `meaning` has a unit vector for each form, `intent` is their weighted mean, of unit
    length too. `wants` has the acts and manners.
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
        """`accented` has the forms that were written with accents, as they were written."""
        counts: dict[str, int] = {}
        for form in forms:
            counts[form] = counts.get(form, 0) + 1
        words = vocabulary.words([(form, accented.get(form, form)) for form in counts])
        width = len(vocabulary.forms)
        if not words:
            return cls._of_nothing(width)
        # A dozen numbers: lists are quicker than arrays.
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
