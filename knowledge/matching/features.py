"""What is compared when the nearest entries are put in order: one row of numbers per entry.

A question costs a few dozen array operations however many entries there are, and all of them are over small arrays. So the
texts compared are laid out as tables, one column per phrasing: numpy takes the greatest of a column for many columns at once,
where it would take the greatest of many stretches one by one.
"""

from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.matching.arrays import Floats, Ints, Rows
from knowledge.matching.index import Index
from knowledge.matching.lessons import Lessons
from knowledge.matching.question import Question
from knowledge.matching.vocabulary import SHARPNESS

NAMES = (
    "stem", "gram", "top3", "centroid", "asked", "covered", "ratio", "equal", "exact", "count", "length", "lesson",
    "missed", "anywhere", "meant", "theme", "asked_meant", "covered_meant", "answered", "answer_meant",
)  # fmt: skip
"""The columns of a row.

Of the best phrasing: cosines (stem, gram), difference in length.
Of the best three: mean cosine (top3); the greatest string ratio (ratio), whether one is equal; the greatest share of the
question's weight found in one (asked; exact: by stems alone; asked_meant: also by meaning), share of the phrasing found in
the question (covered, covered_meant), cosine of meanings (meant).
Of the entry: cosine with its centre (centroid; theme: by meaning), number of phrasings (count), what the phrasings teach
(lesson), share of the question found in any of them (anywhere), the weightiest word found in none (missed), share found in
the answer (answered), cosine of meanings with the answer (answer_meant).
"""

NEAREST = 16
_PER_ENTRY = 3


@dataclass(frozen=True, slots=True)
class Reranked:
    """The nearest entries of a question: their places in the index, the phrasing that speaks for each, and the rows."""

    entries: Ints
    phrasings: Ints
    rows: Floats


def nearest(index: Index, lessons: Lessons, question: Question, text: str, entries: Ints | None = None) -> Reranked:
    """Feature rows of the `NEAREST` entries, none when no n-gram and no meaning is shared; or of the `entries` given."""
    cosines = index.cosines(question)
    if entries is None:
        entries = index.nearest(cosines, question.intent, NEAREST)
    if not len(entries):
        return Reranked(entries, entries, np.zeros((0, len(NAMES)), np.float32))
    first = index.entry_starts.take(entries)
    sizes = index.entry_starts.take(entries + 1) - first
    blends = _blends(index, question, first, sizes, cosines)
    spoken, near = _leading(blends, first)
    values = _compare_words(index, question, spoken)
    values |= _compare_strings(index, text, spoken)
    anywhere, missed = _compare_entries(index, question, first, first + sizes)
    answered, answer_meant = _compare_answers(index, question, entries)
    centroid = 2 * np.maximum(blends, 0.0).sum(axis=0) / index.centroid_norm.take(entries)
    taught = lessons.of(question, cosines, entries)
    values |= {
        "top3": near.sum(axis=0) / np.minimum(sizes, _PER_ENTRY),
        "centroid": centroid,
        "count": np.minimum(sizes, 10) / 10,
        "lesson": centroid if taught is None else taught,
        "missed": missed,
        "anywhere": anywhere,
        "theme": index.entry_meaning.take(entries, axis=0) @ question.intent,
        "answered": answered,
        "answer_meant": answer_meant,
    }
    return Reranked(entries, spoken[0], np.array([values[name] for name in NAMES], np.float32).T)


def _blends(index: Index, question: Question, first: Ints, sizes: Ints, cosines: Floats) -> Floats:
    """The cosine of every phrasing of the entries, one column per entry; -1 where a column has ended."""
    lines = np.arange(sizes.max())[:, None]
    phrasings = lines + first
    ended = lines >= sizes
    if index.passes_over(question):
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
    """The best few phrasings of each entry, best first, one column per entry, and their cosines.

    An entry with fewer repeats its best one, with a cosine of zero.
    """
    if len(blends) > _PER_ENTRY:
        chosen = np.argpartition(-blends, _PER_ENTRY - 1, axis=0)[:_PER_ENTRY]
    else:
        chosen = np.arange(len(blends))[:, None].repeat(len(first), axis=1)
    near = np.take_along_axis(blends, chosen, 0)
    order = np.argsort(-near, axis=0, kind="stable")
    chosen, near = np.take_along_axis(chosen, order, 0), np.take_along_axis(near, order, 0)
    absent = near < 0
    return np.where(absent, chosen[0], chosen) + first, np.where(absent, 0.0, near)


def _compare_words(index: Index, question: Question, spoken: Ints) -> dict[str, Floats]:
    """What is compared word by word, of each entry the greatest value of its leading phrasings."""
    vocabulary = index.vocabulary
    count = len(question.forms)
    table = index.tokens.table(spoken.ravel(), len(vocabulary.forms))
    # Few forms stand in so few phrasings: each is compared once, on a line of its own, the last one for "no form".
    present = np.zeros(len(vocabulary.forms) + 1, bool)
    present[table] = True
    forms = present[:-1].nonzero()[0]
    line_of = np.empty(len(present), np.int32)
    line_of[forms] = np.arange(len(forms), dtype=np.int32)
    line_of[-1] = len(forms)
    stems = vocabulary.form_stem.take(forms)
    weights = vocabulary.stem_weight.take(stems)
    meanings = vocabulary.stem_meaning.take(stems, axis=0)
    similar = question.meaning @ meanings.T
    alike = np.zeros((2, count, len(forms) + 1), np.float32)
    alike[0, :, :-1] = question.likeness.take(question.lines.take(forms), axis=0).T
    np.maximum(alike[0, :, :-1], np.maximum(similar, 0.0) ** SHARPNESS, out=alike[1, :, :-1])
    summed = np.zeros((6, len(forms) + 1), np.float32)
    summed[0, :-1] = weights
    np.multiply(alike.max(axis=1)[:, :-1], weights, out=summed[1:3, :-1])
    np.multiply(meanings @ question.intent, weights, out=summed[3, :-1])
    summed[4, :-1] = question.stem_weights.take(forms)
    summed[5, :-1] = question.gram_weights.take(forms)
    places = line_of.take(table)
    best = alike.take(places, axis=2).max(axis=2)
    mass, covered, covered_meant, meant, stem, gram = summed.take(places, axis=1).sum(axis=1)
    share = question.weights / max(float(question.weights.sum()), 1e-6)
    asked, asked_meant = share @ best
    lead = spoken[0]
    return {
        "stem": 2 * stem[: len(lead)] * index.stem_scale.take(lead),
        "gram": 2 * gram[: len(lead)] * index.gram_scale.take(lead),
        "asked": _greatest(asked, spoken),
        "exact": _greatest(share @ (best[0] >= 1.0), spoken),
        "covered": _greatest(covered / mass, spoken),
        "asked_meant": _greatest(asked_meant, spoken),
        "covered_meant": _greatest(covered_meant / mass, spoken),
        "meant": _greatest(meant * index.meaning_scale.take(spoken.ravel()), spoken),
    }


def _greatest(values: Floats, spoken: Ints) -> Floats:
    found: Floats = values.reshape(spoken.shape).max(axis=0)
    return found


def _compare_strings(index: Index, text: str, spoken: Ints) -> dict[str, Floats]:
    norms = [index.norms[number] for number in spoken.ravel().tolist()]
    ratio = _greatest(process.cdist((text,), norms, scorer=fuzz.ratio, dtype=np.float32)[0], spoken) / 100.0
    lengths = np.array([len(norm) for norm in norms[: spoken.shape[1]]], np.float32)
    longer = np.maximum(np.maximum(lengths, len(text)), 1)
    return {"ratio": ratio, "equal": (ratio > 0.97).astype(np.float32), "length": np.abs(lengths - len(text)) / longer}


def _compare_entries(index: Index, question: Question, first: Ints, end: Ints) -> tuple[Floats, Floats]:
    """Share of the question's weight found in any phrasing of each entry, and the weight of the weightiest absent word."""
    starts = index.tokens.starts
    best = _found(question, index.tokens, starts.take(first), starts.take(end))
    absent = (1.0 - best) * question.weights
    shares: Floats = best @ question.weights / max(float(question.weights.sum()), 1e-6)
    return shares, absent.max(axis=1, initial=0.0) / (index.vocabulary.rarest + 0.3)


def _compare_answers(index: Index, question: Question, entries: Ints) -> tuple[Floats, Floats]:
    """Share of the question's weight found in the answer of each entry, and the cosine of their meanings."""
    if not len(index.answer_meaning):
        return np.zeros(len(entries), np.float32), np.zeros(len(entries), np.float32)
    starts = index.answers.starts
    best = _found(question, index.answers, starts.take(entries), starts.take(entries + 1))
    shares: Floats = best @ question.weights / max(float(question.weights.sum()), 1e-6)
    return shares, index.answer_meaning.take(entries, axis=0) @ question.intent


def _found(question: Question, texts: Rows, begin: Ints, end: Ints) -> Floats:
    """For each stretch of tokens and each word of the question, how much the likest token resembles it."""
    best = np.zeros((len(begin), len(question.forms)), np.float32)
    lines, owners = question.lines.take(texts.stretches(begin, end)), np.arange(len(begin)).repeat(end - begin)
    held = lines.nonzero()[0]
    if len(held):
        owners = owners.take(held)
        starts = np.concatenate(([0], np.flatnonzero(owners[1:] != owners[:-1]) + 1))
        best[owners.take(starts)] = np.maximum.reduceat(question.likeness.take(lines.take(held), axis=0), starts)
    return best
