"""Features for ranking the nearest entries: one row of numbers per entry.

A question costs a few dozen operations on small arrays, regardless of the number of entries. The compared texts are
laid out as tables, one column per phrasing: numpy computes the maxima of many columns at once, but those of many
stretches one by one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from knowledge.matching.arrays import Floats, Ints, Rows
from knowledge.matching.index.question import Question
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.lexicon.ngrams import LIKE_OTHERS, UNLIKE_ALL, sharpen
from knowledge.matching.lexicon.stances import conflicts
from knowledge.matching.ranking.ridge import Lessons

NAMES = (
    "asked", "covered", "ratio", "gram", "top3", "centroid", "theme", "lesson", "rare", "left", "opposed", "strange",
)  # fmt: skip
"""The columns of a row.

Maxima over the best three phrasings: share of the question's weight found in one, by letters or by meaning (asked),
share of the phrasing found in the question (covered), string ratio (ratio). Their mean cosine (top3), and the cosine of
n-grams of the best (gram).

Of the entry: cosine with its centre (centroid; by meaning: theme), the value of the ridge regression (lesson), share of
the question found in any phrasing with words weighted by rarity in the language (rare), telling words found in none of
the best three, even by meaning (left), contradiction by stance (opposed; `lexicon.stances`). The answer adds to theme
and rare.

strange: where the question says what a phrasing says, the share of its telling words, by rarity, that are neither in
the entry nor like any word of the knowledge base, as in "I forgot my wifi password" beside "I forgot my password". If
it says all of the phrasing, words like others count too. 0 if the entry's phrasings differ in such words.
"""

_SAME = 0.45
"""Minimum similarity of words that count as found: of n-grams, or of meanings of .6, to the power of 1.5."""

_MOSTLY, _WHOLLY = 0.6, 0.95
"""Minimum share of a phrasing that the question says, and that counts as all of it."""

_AS_NEAR = 0.8
"""Minimum cosine of a phrasing that decides the stance of its entry, as a part of the greatest."""

AGAINST = frozenset({"left", "strange", "opposed"})
"""The columns that speak against an entry: it lacks what is asked, or contradicts it. All others speak for it."""

_OF_ANSWERED, _OF_ANSWER_MEANT = 0.6, 0.3
"""Weight of an answer relative to phrasings in `rare` and `theme`; few sets have answers to learn it from."""

NEAREST = 16
_PER_ENTRY = 3


@dataclass(frozen=True, slots=True)
class Reranked:
    """The nearest entries of a question: their positions in the index, the best phrasing of each, and the rows."""

    entries: Ints
    phrasings: Ints
    rows: Floats


def nearest(index: Index, lessons: Lessons, question: Question, text: str, entries: Ints | None = None) -> Reranked:
    """Return feature rows of the `NEAREST` entries, none if no n-gram and no meaning is shared; or of `entries`."""
    cosines, passed_over = index.search(question)
    if entries is None:
        entries = index.nearest(cosines, question.intent, NEAREST)
    if not len(entries):
        return Reranked(entries, entries, np.zeros((0, len(NAMES)), np.float32))
    first = index.entry_starts.take(entries)
    sizes = index.entry_starts.take(entries + 1) - first
    blends = _blends(index, question, first, sizes, None if passed_over else cosines)
    spoken, near = _leading(blends, first)
    asked, covered, gram, found, meant = _compare_words(index, question, spoken)
    if len(blends) > len(spoken):
        starts = index.tokens.starts
        found = _found(question, index.tokens, starts.take(first), starts.take(first + sizes))
    centroid = 2 * np.add.reduce(np.maximum(blends, 0.0)) / index.centroid_norm.take(entries)
    taught = lessons.of(question, cosines, entries)
    in_answers = _found_in_answers(index, question, entries)
    answered: Floats | float = 0.0
    answer_meant: Floats | float = 0.0
    if in_answers is not None:
        answered = _OF_ANSWERED * (np.maximum(in_answers - found, 0.0) @ question.rare)
        answer_meant = _OF_ANSWER_MEANT * (index.answer_meaning.take(entries, axis=0) @ question.intent)
    same = np.maximum(found, meant) if in_answers is None else np.maximum(np.maximum(found, meant), in_answers)
    ever = index.stance_ever.take(entries)
    missing = (same < _SAME) & question.specific & (ever[:, None] & question.shown == 0)
    new = question.novelty >= np.where(covered >= _WHOLLY, LIKE_OTHERS, UNLIKE_ALL)[:, None]
    # Not as a matrix product: with booleans it may warn of values that are not there.
    telling = max(float(question.rarity[question.specific].sum()), 1e-6)
    strange = np.where(missing & new, question.rarity, np.float32(0.0)).sum(axis=1) / telling
    strange *= (covered >= _MOSTLY) & ~index.varied.take(entries)
    columns = (
        asked,
        covered,
        _ratio(index, text, spoken),
        gram,
        np.add.reduce(near) / np.minimum(sizes, _PER_ENTRY),
        centroid,
        index.entry_meaning.take(entries, axis=0) @ question.intent + answer_meant,
        centroid if taught is None else taught,
        found @ question.rare + answered,
        (1.0 - meant) @ question.telling,
        conflicts(question.stance, ever, index.stance_always.take(entries), *_stances(index, first, spoken, near)),
        strange,
    )
    return Reranked(entries, spoken[0], np.array(columns, np.float32).T)


def _blends(index: Index, question: Question, first: Ints, sizes: Ints, cosines: Floats | None) -> Floats:
    """Return the cosine of every phrasing of the entries, one column per entry, padded with -1.

    Without `cosines` of the whole question they are computed here.
    """
    lines = np.arange(np.maximum.reduce(sizes))[:, None]
    phrasings = lines + first
    ended = lines >= sizes
    if cosines is None:
        found: Floats = np.zeros(phrasings.shape)
        own = phrasings[~ended]
        tokens, lengths = index.tokens.gather(own)
        starts = lengths.cumsum() - lengths
        found[~ended] = np.add.reduceat(question.stem_weights.take(tokens), starts) * index.stem_scale.take(own)
        found[~ended] += np.add.reduceat(question.gram_weights.take(tokens), starts) * index.gram_scale.take(own)
    else:
        found = cosines.take(phrasings, mode="clip")
    found[ended] = -1.0
    return found


def _leading(blends: Floats, first: Ints) -> tuple[Ints, Floats]:
    """Return the best few phrasings of each entry, best first, one column per entry, and their cosines.

    An entry with fewer repeats its best one, with a cosine of zero.
    """
    width = len(first)
    columns = np.arange(width)
    chosen = None
    if len(blends) > _PER_ENTRY:
        chosen = np.argpartition(-blends, _PER_ENTRY - 1, axis=0)[:_PER_ENTRY]
        blends = blends.take(chosen * width + columns)
    order = np.argsort(-blends, axis=0, kind="stable")
    places = order * width + columns
    near = blends.take(places)
    chosen = order if chosen is None else chosen.take(places)
    absent = near < 0
    if absent.any():
        chosen, near = np.where(absent, chosen[0], chosen), np.where(absent, 0.0, near)
    return chosen + first, near


def _stances(index: Index, first: Ints, spoken: Ints, near: Floats) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return what each entry's question and leading phrasings show, and what without those far from the nearest."""
    shown = index.stances.take(spoken)
    close = np.where(near >= _AS_NEAR * near[0], shown, np.uint64(0))
    own = index.stances.take(first)
    return np.bitwise_or.reduce(shown) | own, np.bitwise_or.reduce(close) | own


def _compare_words(index: Index, question: Question, spoken: Ints) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the columns asked, covered and gram of the leading phrasings.

    Also the greatest similarity of each word of the question to any of their words, by letters and by letters or
    meaning, one line per entry.
    """
    vocabulary = index.vocabulary
    count, (depth, width) = len(question.forms), spoken.shape
    texts = index.side_by_side(spoken.ravel())
    # Few distinct forms occur in so few phrasings: each is compared once, on its own line; the last is for "no form".
    present = np.zeros(len(vocabulary.forms) + 1, bool)
    present[texts] = True
    forms = present[:-1].nonzero()[0]
    line_of = np.empty(len(present), np.int32)
    line_of[forms] = np.arange(len(forms), dtype=np.int32)
    line_of[-1] = len(forms)
    stems = vocabulary.form_stem.take(forms)
    weights = vocabulary.stem_weight.take(stems)
    meanings = vocabulary.stem_meaning.take(stems, axis=0)
    alike = np.zeros((2, count, len(forms) + 1), np.float32)
    alike[0, :, :-1] = question.likeness.take(question.lines.take(forms), axis=0).T
    similar = np.maximum(question.meaning @ meanings.T, 0.0)
    np.maximum(alike[0, :, :-1], sharpen(similar), out=alike[1, :, :-1])
    summed = np.zeros((3, len(forms) + 1), np.float32)
    summed[0, :-1] = weights
    np.multiply(np.maximum.reduce(alike[1])[:-1], weights, out=summed[1, :-1])
    summed[2, :-1] = question.gram_weights.take(forms)
    places = line_of.take(texts)
    best = np.maximum.reduce(alike.take(places, axis=2), axis=2)
    mass, covered, gram = np.add.reduce(summed.take(places, axis=1), axis=1)
    found: Floats = np.maximum.reduce(best.reshape(2, count, depth, width), axis=2)
    return (
        np.maximum.reduce((question.parts @ best[1]).reshape(spoken.shape)),
        np.maximum.reduce((covered / mass).reshape(spoken.shape)),
        2 * gram[:width] * index.gram_scale.take(spoken[0]),
        found[0].T,
        found[1].T,
    )


def _ratio(index: Index, text: str, spoken: Ints) -> Floats:
    norms = [index.norms[number] for number in spoken.ravel().tolist()]
    ratios = process.cdist((text,), norms, scorer=fuzz.ratio, dtype=np.float32).reshape(spoken.shape)
    best: Floats = np.maximum.reduce(ratios) / 100.0
    return best


def _found_in_answers(index: Index, question: Question, entries: Ints) -> Floats | None:
    """Return as `_found` what the answers have of the question; None if there are no answers."""
    if not len(index.answer_meaning):
        return None
    starts = index.answers.starts
    return _found(question, index.answers, starts.take(entries), starts.take(entries + 1))


def _found(question: Question, texts: Rows, begin: Ints, end: Ints) -> Floats:
    """Return for each stretch of tokens and each word of the question the similarity of the most similar token."""
    best = np.zeros((len(begin), len(question.forms)), np.float32)
    lines, owners = question.lines.take(texts.stretches(begin, end)), np.arange(len(begin)).repeat(end - begin)
    held = lines.nonzero()[0]
    if len(held):
        owners = owners.take(held)
        starts = np.concatenate(([0], np.flatnonzero(owners[1:] != owners[:-1]) + 1))
        best[owners.take(starts)] = np.maximum.reduceat(question.likeness.take(lines.take(held), axis=0), starts)
    return best
