"""The matcher: one question in, ranked entries with calibrated probabilities out."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from knowledge.matching import courtesy
from knowledge.matching.arrays import Floats
from knowledge.matching.confidence import Weights, circumstances
from knowledge.matching.features import Reranked, nearest
from knowledge.matching.index import Index
from knowledge.matching.lessons import Lessons
from knowledge.matching.question import Question
from knowledge.matching.script import Script
from knowledge.matching.spelling import Spelling
from knowledge.matching.text import clip, lower, words
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

_RERANKED_PARTS = 4
_NEAR_TIE = 0.5
_LIKE_ENOUGH = 0.6


class Matcher:
    """An immutable index over phrasings. Safe to ask from any number of threads; building is the only slow part."""

    def __init__(self, index: Index, thresholds: Thresholds) -> None:
        self._index = index
        self._thresholds = thresholds
        self._lessons = Lessons(index)
        self._script = Script(index.vocabulary)
        self._spelling = Spelling(index.vocabulary)
        self._weights = Weights.load()
        self._order = self._weights.order(index.richness)

    @classmethod
    def build(
        cls,
        phrasings: Iterable[Phrasing],
        thresholds: Thresholds | None = None,
        *,
        answers: Mapping[int, str] | None = None,
    ) -> "Matcher":
        """`answers` are plain texts by entry, where there are any: their words help to tell similar entries apart."""
        return cls(Index(list(phrasings), answers or {}), thresholds or Thresholds())

    @property
    def size(self) -> int:
        """Bytes that the index holds, within a few per cent."""
        return self._index.size

    @property
    def richness(self) -> float:
        """See `Index.richness`; the learned weights depend on it."""
        return self._index.richness

    def match(self, question: str, *, languages: Sequence[str] = (), limit: int = 5) -> Match:
        """The entries that may answer, best first, at most `limit`.

        Of entries that score nearly alike, those in an earlier one of `languages` come first. Never raises for any text,
        and looks at no more than `text.LIMIT` characters of it.
        """
        asked, found = self.examine(question)
        if not len(found.entries):
            return Match(question, Band.NONE, ())
        scores = found.rows @ self._order
        order = np.argsort(-self._preferring(scores, found, languages), kind="stable")
        best = self._weights.probability(circumstances(scores[order], found.rows[order], asked.share, len(asked.forms)))
        confidences = best * np.exp(np.minimum(scores[order] - scores[order[0]], 0.0))
        chosen = order[: max(limit, 0)]
        carrying = self._carrying(asked)
        candidates = tuple(
            Candidate(
                self._index.entry_ids[found.entries[place]],
                self._index.texts[found.phrasings[place]],
                float(confidence),
                self._why(carrying, int(found.phrasings[place])),
            )
            for place, confidence in zip(chosen, confidences, strict=False)
        )
        return Match(question, self._band(best), candidates)

    def examine(self, question: str) -> tuple[Question, Reranked]:
        """The repaired question and the feature rows of the nearest entries: what learning and explaining need.

        Of a long message, the part that is likeliest to have an answer.
        """
        read = [self._read(part) for part in courtesy.parts(clip(question))] or [self._read("")]
        if len(read) > 1:
            best = sorted(read, key=self._resemblance, reverse=True)[:_RERANKED_PARTS]
            seen = [(asked, nearest(self._index, self._lessons, asked, text)) for text, asked in best]
            return max(seen, key=lambda pair: self._probability(*pair))
        text, asked = read[0]
        return asked, nearest(self._index, self._lessons, asked, text)

    def _read(self, part: str) -> tuple[str, Question]:
        found = words(self._script.repair(lower(part)))
        forms = courtesy.strip(self._spelling.repair(courtesy.strip(found)))
        return " ".join(forms), Question.of(forms, self._index.vocabulary)

    def _resemblance(self, read: tuple[str, Question]) -> float:
        return float(np.max(self._index.cosines(read[1]), initial=0.0))

    def _probability(self, asked: Question, found: Reranked) -> float:
        if not len(found.entries):
            return 0.0
        scores = found.rows @ self._order
        order = np.argsort(-scores, kind="stable")
        return self._weights.probability(circumstances(scores[order], found.rows[order], asked.share, len(asked.forms)))

    def _preferring(self, scores: Floats, found: Reranked, languages: Sequence[str]) -> Floats:
        if not languages:
            return scores
        rank = {lang: place for place, lang in reversed(list(enumerate(languages)))}
        penalty = [rank.get(self._index.langs[entry], len(rank)) for entry in found.entries]
        return scores - np.array(penalty, np.float32) * (_NEAR_TIE / max(len(rank), 1))

    def _band(self, confidence: float) -> Band:
        if confidence >= self._thresholds.answer:
            return Band.ANSWER
        return Band.SUGGEST if confidence >= self._thresholds.suggest else Band.NONE

    def _carrying(self, asked: Question) -> set[int]:
        """The forms of the knowledge that some word of the question is, or surely resembles."""
        strongest = asked.likeness[:, :-1].max(axis=0, initial=0.0)
        return set(asked.active[strongest >= _LIKE_ENOUGH].tolist())

    def _why(self, carrying: set[int], phrasing: int) -> tuple[str, ...]:
        """The words of the phrasing, as written there, that the question holds or resembles."""
        tokens = self._index.tokens.row(phrasing).tolist()
        spelt = words(clip(self._index.texts[phrasing]))
        return tuple(dict.fromkeys(word for word, token in zip(spelt, tokens, strict=False) if token in carrying))
