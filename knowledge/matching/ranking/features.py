"""Features for ranking the nearest entries: one row of numbers per entry.

A question costs a few dozen operations on small arrays, regardless of the number of entries. The compared texts are
laid out as tables, one column per phrasing: numpy computes the maxima of many columns at once, but those of many
stretches one by one.
"""

from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.matching.arrays import Floats, Ints, Rows
from knowledge.matching.index.question import Question
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.lexicon.ngrams import sharpen
from knowledge.matching.ranking.bigram_overlap import pairs_in_common
from knowledge.matching.ranking.ridge import Lessons

_LEADING = ("asked", "asked_meant", "exact", "covered", "covered_meant", "meant", "ratio")
NAMES = (
    *_LEADING, "equal", "length", "stem", "gram", "top3", "centroid", "theme", "count", "lesson", "anywhere", "missed",
    "answered", "answer_meant", "rare", "left", "opposed", "idle", "bare", "manner", "open",
    "pairs",
)  # fmt: skip
"""The columns of a row.

Maxima over the best three phrasings: share of the question's weight found in one (asked; exact: by stems alone;
asked_meant: also by meaning), share of the phrasing found in the question (covered, covered_meant), cosine of meanings
(meant), string ratio (ratio), whether one is equal. Their mean cosine (top3).

Of the best phrasing: difference in length, cosines (stem, gram).

Of the entry: cosine with its centre (centroid; theme: by meaning), number of phrasings (count), the value of the ridge
regression (lesson), share of the question found in any phrasing (anywhere), the greatest weight of a word found in none
(missed), share of the question found in any phrasing with words weighted by rarity in the language instead of the
knowledge base (rare), the answer's addition to that (answered), cosine of meanings with the answer (answer_meant; parts
of these two are in rare and theme as well), telling words found in none of the best three, even by meaning (left).

Of acts and manners, as in `intents.Habits`: opposed, idle, bare, manner. The share found in no phrasing, weighted by
the entry's openness to new words, `Index.openness` (open). The share of the neighbouring words that are neighbours in a
phrasing too (pairs).
"""

(_RATIO, _SAME, _LENGTH, _STEM, _GRAM, _TOP3, _CENTROID, _THEME, _COUNT, _LESSON, _ANYWHERE, _MISSED, _ANSWERED,
 _ANSWER_MEANT, _RARE, _LEFT, _OPPOSED, _IDLE, _BARE, _MANNER, _OPEN, _PAIRS) = range(
     len(_LEADING) - 1, len(NAMES)
 )  # fmt: skip

_OF_ANSWERED, _OF_ANSWER_MEANT = 0.6, 0.3
"""Weight of an answer relative to phrasings in `rare` and `theme`; sets without answers cannot train it."""

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
    rows = np.empty((len(NAMES), len(entries)), np.float32)
    texts = index.side_by_side(spoken.ravel())
    found, meant = _compare_words(index, question, spoken, texts, rows)
    _compare_strings(index, text, spoken, rows)
    if len(blends) > len(spoken):
        starts = index.tokens.starts
        found = _found(question, index.tokens, starts.take(first), starts.take(first + sizes))
        owners = np.arange(len(entries)).repeat(sizes)
        texts = index.side_by_side((first - sizes.cumsum() + sizes).take(owners) + np.arange(len(owners)))
    else:
        owners = np.arange(spoken.size) % len(entries)
    centroid = np.add.reduce(np.maximum(blends, 0.0))
    centroid *= 2
    centroid /= index.centroid_norm.take(entries)
    rows[_TOP3] = np.add.reduce(near) / np.minimum(sizes, _PER_ENTRY)
    rows[_CENTROID] = centroid
    rows[_THEME] = index.entry_meaning.take(entries, axis=0) @ question.intent
    rows[_COUNT] = np.minimum(sizes, 10) / 10
    taught = lessons.of(question, cosines, entries)
    rows[_LESSON] = centroid if taught is None else taught
    rows[_ANYWHERE] = found @ question.parts
    absent = (1.0 - found) * question.weights
    rows[_MISSED] = np.maximum.reduce(absent, axis=1, initial=0.0) / (index.vocabulary.rarest + 0.3)
    rows[_RARE] = found @ question.rare
    _compare_answers(index, question, entries, found, rows)
    rows[_LEFT] = (1.0 - meant) @ question.telling
    rows[_OPPOSED : _MANNER + 1] = index.habits.compare(question.wants, entries)
    rows[_OPEN] = (1.0 - rows[_ANYWHERE]) * index.openness.take(entries)
    rows[_PAIRS] = pairs_in_common(question, texts, owners, len(entries))
    return Reranked(entries, spoken[0], rows.T)


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


def _compare_words(index: Index, question: Question, spoken: Ints, texts: Ints, rows: Floats) -> tuple[Floats, Floats]:
    """Fill in the word features of the leading phrasings, whose forms are the columns of `texts`.

    Returns the greatest similarity of each word of the question to any of their words, by letters and by letters or
    meaning, one line per entry.
    """
    vocabulary = index.vocabulary
    count, width, depth = len(question.forms), spoken.shape[1], len(spoken)
    phrasings = spoken.ravel()
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
    summed = np.zeros((6, len(forms) + 1), np.float32)
    summed[0, :-1] = weights
    np.multiply(np.maximum.reduce(alike, axis=1)[:, :-1], weights, out=summed[1:3, :-1])
    np.multiply(meanings @ question.intent, weights, out=summed[3, :-1])
    summed[4, :-1] = question.stem_weights.take(forms)
    summed[5, :-1] = question.gram_weights.take(forms)
    places = line_of.take(texts)
    best = np.maximum.reduce(alike.take(places, axis=2), axis=2)
    mass, covered, covered_meant, meant, stem, gram = np.add.reduce(summed.take(places, axis=1), axis=1)
    shares = question.parts
    leading = np.empty((_RATIO, len(phrasings)), np.float32)
    leading[:2] = shares @ best
    leading[2] = shares @ (best[0] >= 1.0)
    leading[3] = covered / mass
    leading[4] = covered_meant / mass
    leading[5] = meant * index.meaning_scale.take(phrasings)
    rows[:_RATIO] = np.maximum.reduce(leading.reshape(_RATIO, depth, width), axis=1)
    lead = spoken[0]
    rows[_STEM] = 2 * stem[:width] * index.stem_scale.take(lead)
    rows[_GRAM] = 2 * gram[:width] * index.gram_scale.take(lead)
    if depth == 1:
        return best[0].T, best[1].T
    found: Floats = np.maximum.reduce(best.reshape(2, count, depth, width), axis=2)
    return found[0].T, found[1].T


def _compare_strings(index: Index, text: str, spoken: Ints, rows: Floats) -> None:
    """Fill in the string features."""
    norms = [index.norms[number] for number in spoken.ravel().tolist()]
    ratios = process.cdist((text,), norms, scorer=fuzz.ratio, dtype=np.float32).reshape(spoken.shape)
    rows[_RATIO] = ratio = np.maximum.reduce(ratios) / 100.0
    rows[_SAME] = ratio > 0.97
    lengths = index.norm_lengths.take(spoken[0])
    rows[_LENGTH] = np.abs(lengths - len(text)) / np.maximum(lengths, max(len(text), 1))


def _compare_answers(index: Index, question: Question, entries: Ints, found: Floats, rows: Floats) -> None:
    """Fill in the answer's addition to the share `found` in the phrasings, and its cosine of meanings."""
    if not len(index.answer_meaning):
        rows[_ANSWERED] = rows[_ANSWER_MEANT] = 0.0
        return
    starts = index.answers.starts
    best = _found(question, index.answers, starts.take(entries), starts.take(entries + 1))
    best -= found
    rows[_ANSWERED] = np.maximum(best, 0.0, out=best) @ question.rare
    rows[_ANSWER_MEANT] = index.answer_meaning.take(entries, axis=0) @ question.intent
    rows[_RARE] += _OF_ANSWERED * rows[_ANSWERED]
    rows[_THEME] += _OF_ANSWER_MEANT * rows[_ANSWER_MEANT]


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
