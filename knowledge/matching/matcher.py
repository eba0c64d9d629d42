"""The matcher: one question in, ranked entries with calibrated probabilities out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.matching import courtesy
from knowledge.matching.arrays import Floats
from knowledge.matching.confidence import Weights, circumstances
from knowledge.matching.features import NAMES, Reranked, nearest
from knowledge.matching.index import Index
from knowledge.matching.lessons import Lessons
from knowledge.matching.question import Question
from knowledge.matching.script import Script
from knowledge.matching.spelling import Spelling
from knowledge.matching.text import clip, lower, words
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

_RERANKED_PARTS = 8
_NEAR_TIE = 0.5
_SHORT = 2
_ALL = 0.999
_EQUAL, _EXACT = NAMES.index("equal"), NAMES.index("exact")
_ASKED, _COVERED = NAMES.index("asked"), NAMES.index("covered")
_GOOD, _MOST, _HALF = 0.8, 0.7, 0.5
_BACKED = 0.93
"""Least probability of a good candidate whose best phrasing holds most of the question, and the question half of it: of 115
such questions of the development sets all were right, 14 of them with less than .9 by the logistic alone."""


@dataclass(frozen=True, slots=True)
class _Option:
    """An entry under consideration, from the index or from the edits made since it was built."""

    reader: "_Reader"
    asked: Question
    entry: int
    phrasing: int
    row: Floats

    @property
    def entry_id(self) -> int:
        return self.reader.index.entry_ids[self.entry]

    @property
    def lang(self) -> str:
        return self.reader.index.langs[self.entry]


class Matcher:
    """An immutable index over phrasings. Safe to ask from any number of threads; building is the only slow part.

    `edited` gives a matcher that knows of one more edit without building the index again: it costs milliseconds, however
    large the knowledge is, and shares the index. After many edits, build anew.
    """

    def __init__(self, reader: "_Reader", thresholds: Thresholds) -> None:
        self._reader = reader
        self._thresholds = thresholds
        self._edits: dict[int, tuple[list[Phrasing], str]] = {}
        self._fresh: _Reader | None = None

    @classmethod
    def build(
        cls,
        phrasings: Iterable[Phrasing],
        thresholds: Thresholds | None = None,
        *,
        answers: Mapping[int, str] | None = None,
    ) -> "Matcher":
        """`answers` are plain texts by entry, where there are any: their words help to tell similar entries apart."""
        return cls(_Reader(Index(list(phrasings), answers or {})), thresholds or Thresholds())

    def edited(self, entry_id: int, phrasings: Iterable[Phrasing], answer: str = "") -> "Matcher":
        """A matcher in which the entry has these phrasings and no others; with none of them it is gone."""
        matcher = Matcher(self._reader, self._thresholds)
        matcher._edits = {**self._edits, entry_id: (list(phrasings), answer)}
        texts = [phrasing for own, _ in matcher._edits.values() for phrasing in own]
        answers = {edited: text for edited, (_, text) in matcher._edits.items()}
        matcher._fresh = _Reader(Index(texts, answers, self._reader.index), richness=self._reader.index.richness)
        return matcher

    @property
    def size(self) -> int:
        """Bytes that the index holds, within a few per cent."""
        return self._reader.index.size

    @property
    def richness(self) -> float:
        """See `Index.richness`; the learned weights depend on it."""
        return self._reader.index.richness

    def match(self, question: str, *, languages: Sequence[str] = (), limit: int = 5) -> Match:
        """The entries that may answer, best first, at most `limit`.

        Of entries that score nearly alike, those in an earlier one of `languages` come first. Never raises for any text,
        and looks at no more than `text.LIMIT` characters of it.
        """
        options = [option for option in self._reader.options(question) if option.entry_id not in self._edits]
        if self._fresh is not None:
            options += self._fresh.options(question)
        if not options:
            return Match(question, Band.NONE, ())
        rows = np.array([option.row for option in options], np.float32)
        scores = rows @ self._reader.order
        order = np.argsort(-_preferring(scores, options, languages), kind="stable")
        asked = options[order[0]].asked
        best = self._reader.weights.probability(
            circumstances(scores[order], rows[order], asked.share, len(asked.forms))
        )
        if best >= _GOOD and _says_the_same(options[order[0]]):
            best = max(best, _BACKED)
        confidences = best * np.exp(np.minimum(scores[order] - scores[order[0]], 0.0))
        candidates = tuple(
            options[place].reader.candidate(options[place], float(confidence))
            for place, confidence in zip(order[: max(limit, 0)], confidences, strict=False)
        )
        # Where no word speaks for the best entry, its score is only the likeness of letters.
        band = self._band(best, options[order[0]]) if any(found.why for found in candidates[:3]) else Band.NONE
        return Match(question, band, candidates)

    def examine(self, question: str) -> tuple[Question, Reranked]:
        """The repaired question and the feature rows of the nearest entries, edits apart: what learning needs."""
        return self._reader.examine(question)

    def _band(self, confidence: float, best: _Option) -> Band:
        """The band that the thresholds give, but for questions of one or two words, which a probability judges badly.

        A single word is answered only if it is a phrasing as it stands; and when a phrasing holds all the words of so
        short a question, choices are offered however unsure it is which of them is meant.
        """
        words_asked = len(best.asked.forms)
        if confidence >= self._thresholds.answer and (words_asked > 1 or best.row[_EQUAL]):
            return Band.ANSWER
        held = words_asked <= _SHORT and best.row[_EXACT] > _ALL and best.asked.share > _ALL
        if confidence >= self._thresholds.suggest or (held and self._thresholds.suggest < 1.0):
            return Band.SUGGEST
        return Band.NONE


def _says_the_same(option: _Option) -> bool:
    """Whether the words of the question and of the phrasing, two at least, are for the most part the same."""
    row, asked = option.row, option.asked
    return bool(len(asked.forms) > 1 and asked.share > 0.9 and row[_ASKED] >= _MOST and row[_COVERED] >= _HALF)


def _preferring(scores: Floats, options: Sequence[_Option], languages: Sequence[str]) -> Floats:
    """Scores for the order alone: a later language costs less than any real difference."""
    if not languages:
        return scores
    rank = {lang: place for place, lang in reversed(list(enumerate(languages)))}
    penalty = np.array([rank.get(option.lang, len(rank)) for option in options], np.float32)
    preferred: Floats = scores - penalty * np.float32(_NEAR_TIE / max(len(rank), 1))
    return preferred


class _Reader:
    """Reads a question by the words of one index and finds its nearest entries there."""

    def __init__(self, index: Index, richness: float | None = None) -> None:
        self.index = index
        self.weights = Weights.load()
        self.order = self.weights.order(index.richness if richness is None else richness)
        self._lessons = Lessons(index)
        self._script = Script(index.vocabulary)
        self._spelling = Spelling(index.vocabulary)

    def options(self, question: str) -> list[_Option]:
        asked, found = self.examine(question)
        return [
            _Option(self, asked, entry, phrasing, row)
            for entry, phrasing, row in zip(found.entries.tolist(), found.phrasings.tolist(), found.rows, strict=True)
        ]

    def examine(self, question: str) -> tuple[Question, Reranked]:
        """Of a long message, the part that is likeliest to have an answer is looked at alone."""
        read = [self._read(part) for part in courtesy.parts(clip(question))] or [self._read("")]
        if len(read) > 1:
            best = sorted(read, key=self._resemblance, reverse=True)[:_RERANKED_PARTS]
            seen = [(asked, nearest(self.index, self._lessons, asked, text)) for text, asked in best]
            return max(seen, key=lambda pair: self._probability(*pair))
        text, asked = read[0]
        return asked, nearest(self.index, self._lessons, asked, text)

    def _read(self, part: str) -> tuple[str, Question]:
        found = words(self._script.repair(lower(part)))
        forms = courtesy.strip(self._spelling.repair(courtesy.strip(found)))
        return " ".join(forms), Question.of(forms, self.index.vocabulary)

    def _resemblance(self, read: tuple[str, Question]) -> float:
        return float(np.max(self.index.cosines(read[1]), initial=0.0))

    def _probability(self, asked: Question, found: Reranked) -> float:
        if not len(found.entries):
            return 0.0
        scores = found.rows @ self.order
        order = np.argsort(-scores, kind="stable")
        return self.weights.probability(circumstances(scores[order], found.rows[order], asked.share, len(asked.forms)))

    def candidate(self, option: _Option, confidence: float) -> Candidate:
        text = self.index.texts[option.phrasing]
        return Candidate(option.entry_id, text, confidence, self._why(option))

    def _why(self, option: _Option) -> tuple[str, ...]:
        """The words of the phrasing, as written there, that the question holds or resembles."""
        carrying = option.asked.carrying
        tokens = self.index.tokens.row(option.phrasing).tolist()
        spelt = words(clip(self.index.texts[option.phrasing]))
        return tuple(dict.fromkeys(word for word, token in zip(spelt, tokens, strict=False) if token in carrying))
