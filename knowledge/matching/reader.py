"""Reads a question by the words of one index, and finds its nearest entries there."""

from dataclasses import dataclass

import numpy as np

from knowledge.matching import courtesy
from knowledge.matching.arrays import Floats
from knowledge.matching.confidence import Weights, circumstances
from knowledge.matching.features import Reranked, nearest
from knowledge.matching.index import Index
from knowledge.matching.lessons import Lessons
from knowledge.matching.question import Question
from knowledge.matching.script import Script
from knowledge.matching.semantics import Vectors
from knowledge.matching.spelling import Spelling
from knowledge.matching.text import clip, fold, lower, words
from knowledge.matching.values import Candidate

_RERANKED_PARTS = 8
_BY_VECTOR = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked: in the forms of the knowledge (`text`, `asked`), and as a person would write it (`said`)."""

    text: str
    said: str
    asked: Question


class Reader:
    """Everything that is learned from the phrasings of one index. Immutable but for what its vocabulary remembers."""

    def __init__(self, index: Index, richness: float | None = None) -> None:
        self.index = index
        self.richness = index.richness if richness is None else richness
        self._weights = Weights.load("lexical")
        self._order = self._weights.order(self.richness)
        self._lessons = Lessons(index)
        self._script = Script(index.vocabulary)
        self._spelling = Spelling(index.vocabulary)

    def examine(self, question: str) -> tuple[Reading, Reranked]:
        """The question and its nearest entries; of a long message, the part that is likeliest to have an answer."""
        read = [self._read(part) for part in courtesy.parts(clip(question))] or [self._read("")]
        if len(read) > 1:
            best = sorted(read, key=self._resemblance, reverse=True)[:_RERANKED_PARTS]
            seen = [(reading, self._nearest(reading)) for reading in best]
            return max(seen, key=lambda pair: self._probability(*pair))
        return read[0], self._nearest(read[0])

    def compare(self, reading: Reading, found: Reranked, vectors: Vectors, asked: Floats) -> Reranked | None:
        """The nearest entries by words or by vectors, with the columns of both; None where vectors are missing."""
        entries = np.union1d(found.entries, vectors.nearest(asked, _BY_VECTOR))
        if not len(entries):
            return None
        columns = vectors.columns(entries, asked)
        if columns is None:
            return None
        wider = nearest(self.index, self._lessons, reading.asked, reading.text, entries)
        return Reranked(wider.entries, wider.phrasings, np.hstack([wider.rows, columns]))

    def candidate(self, reading: Reading, entry: int, phrasing: int, confidence: float) -> Candidate:
        text = self.index.texts[phrasing]
        carrying = reading.asked.carrying
        tokens = self.index.tokens.row(phrasing).tolist()
        why = (word for word, token in zip(words(clip(text)), tokens, strict=False) if token in carrying)
        return Candidate(self.index.entry_ids[entry], text, confidence, tuple(dict.fromkeys(why)))

    def _read(self, part: str) -> Reading:
        lowered = lower(part)
        repaired = self._script.repair(lowered)
        found = words(repaired)
        spelt = self._spelling.repair(courtesy.strip(found))
        forms = courtesy.strip(spelt)
        written = {fold(word): word for word in found}
        accented = {} if any(form != word for form, word in written.items()) else self.index.vocabulary.accented
        said = part.strip()
        if repaired is not lowered or any(form not in written or form in accented for form in spelt):
            said = " ".join([accented.get(form) or written.get(form, form) for form in forms])
        return Reading(" ".join(forms), said, Question.of(forms, self.index.vocabulary))

    def _nearest(self, reading: Reading) -> Reranked:
        return nearest(self.index, self._lessons, reading.asked, reading.text)

    def _resemblance(self, reading: Reading) -> float:
        return float(np.max(self.index.cosines(reading.asked), initial=0.0))

    def _probability(self, reading: Reading, found: Reranked) -> float:
        if not len(found.entries):
            return 0.0
        scores = found.rows @ self._order
        order = np.argsort(-scores, kind="stable")
        asked = reading.asked
        return self._weights.probability(circumstances(scores[order], found.rows[order], asked.share, len(asked.forms)))
