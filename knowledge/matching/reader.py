"""Reading of a question with the vocabulary of one index, and search of its nearest entries there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from math import inf

import numpy as np

from knowledge.languages import LANGUAGES
from knowledge.matching.arrays import Floats
from knowledge.matching.index.exact_match import standing
from knowledge.matching.index.question import Question
from knowledge.matching.index.restored_text import as_meant
from knowledge.matching.index.sparse_index import Index
from knowledge.matching.lexicon import politeness
from knowledge.matching.lexicon.scripts import Script
from knowledge.matching.lexicon.spelling import Spelling
from knowledge.matching.ranking.confidence import Weights, circumstances
from knowledge.matching.ranking.features import Reranked, nearest
from knowledge.matching.ranking.ridge import Lessons
from knowledge.matching.semantic.vectors import Vectors
from knowledge.matching.text.normalised import clip, fold, lower, words
from knowledge.matching.values import Candidate

_RERANKED_PARTS = 8
_BY_VECTOR = 16
_BY_SCORE = 0.35
_ACCENTED = frozenset(code for code, language in LANGUAGES.items() if language.accents)
"""Languages whose words have different stems without their accents."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question: in the forms of the index (`text`, `asked`), as `written`, and in the words that were `meant`."""

    text: str
    asked: Question
    written: str
    meant: Sequence[str]
    accented: Mapping[str, str]

    @property
    def said(self) -> str:
        """Return the message with corrected spelling."""
        return as_meant(self.written, self.meant, self.accented)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message, or part of one, with corrected script and spelling: folded `forms` without greeting and thanks."""

    forms: list[str]
    written: str
    meant: list[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """The folded words of a message as received, and its corrected form: whole, and if long also part by part."""

    typed: list[str]
    parts: list[Spoken]


class Reader:
    """Everything derived from the phrasings of one index. Immutable except for the vocabulary's cache."""

    def __init__(self, index: Index, richness: float | None = None) -> None:
        self.index = index
        self.richness = index.richness if richness is None else richness
        self._weights = Weights.load("lexical")
        self._order = self._weights.order(self.richness)
        self._lessons = Lessons(index)
        self._script = Script(index.vocabulary)
        self._spelling = Spelling(index.vocabulary)

    def hear(self, question: str) -> Heard:
        """Return the message and its parts, at least one, in corrected script and spelling."""
        text = clip(question)
        lowered = lower(text)
        found = words(lowered)
        parts = politeness.parts(text, found)
        if len(parts) == 1:
            spoken = [self._put_right(text, lowered, found)]
        else:
            spoken = [self._put_right(part, lower(part)) for part in parts] or [self._put_right("", "")]
        return Heard([fold(word) for word in found], spoken)

    def standing(self, heard: Heard) -> list[int]:
        """Return phrasings equal to the message apart from politeness and typos; never for a single word."""
        for forms in (heard.typed, heard.parts[0].forms):
            if len(forms) > 1 and (found := standing(self.index, forms)):
                return found
        return []

    def examine(self, heard: Heard) -> tuple[Reading, Reranked]:
        """Return the question and its nearest entries; of a long message, the part that most likely has an answer."""
        read = [self._read(part) for part in heard.parts]
        if len(read) == 1:
            return read[0], self._nearest(read[0])
        best = sorted(read, key=self._resemblance, reverse=True)[:_RERANKED_PARTS]
        seen = [(reading, self._nearest(reading)) for reading in best]
        return max(seen, key=lambda pair: self._worth(*pair))

    def as_it_stands(self, phrasing: int, confidence: float) -> Candidate:
        """Return the candidate for a question that equals this phrasing; `why` has all of its words."""
        text = self.index.texts[phrasing]
        why = tuple(dict.fromkeys(_worded(text, self.index.norms[phrasing])))
        return Candidate(self.index.entry_ids[self.index.owners[phrasing]], text, confidence, why)

    def compare(self, reading: Reading, found: Reranked, vectors: Vectors, asked: Floats) -> Reranked | None:
        """Return the nearest entries by words or by vectors, with the columns of both; None if vectors are missing."""
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
        held = [token in carrying for token in self.index.tokens.row(phrasing).tolist()]
        why = compress(_worded(text, self.index.norms[phrasing]), held) if True in held else ()
        return Candidate(self.index.entry_ids[entry], text, confidence, tuple(dict.fromkeys(why)))

    def _put_right(self, part: str, lowered: str, found: Sequence[str] | None = None) -> Spoken:
        """Correct one part of the message; `found` are its words, if already split."""
        repaired = self._script.repair(lowered)
        if found is None or repaired is not lowered:
            found = words(repaired)
        spelt = self._spelling.repair(politeness.strip(found))
        forms = politeness.strip([fold(word) for word in spelt])
        return Spoken(forms, part.strip() if repaired is lowered else repaired, spelt)

    def _read(self, spoken: Spoken) -> Reading:
        vocabulary, meant = self.index.vocabulary, spoken.meant
        accented = {}
        if not _ACCENTED.isdisjoint(vocabulary.langs):
            accented = {fold(word): word for word in meant if not word.isascii()}
        asked = Question.of(spoken.forms, vocabulary, accented)
        return Reading(" ".join(spoken.forms), asked, spoken.written, meant, vocabulary.accented)

    def _nearest(self, reading: Reading) -> Reranked:
        return nearest(self.index, self._lessons, reading.asked, reading.text)

    def _resemblance(self, reading: Reading) -> float:
        return float(np.max(self.index.cosines(reading.asked), initial=0.0))

    def _worth(self, reading: Reading, found: Reranked) -> float:
        """Return how likely this part of a message is the question: the likelihood of its answer, in logits.

        The score is added because a probability is low if two entries are near, which is evidence for the part.
        """
        if not len(found.entries):
            return -inf
        scores: list[float] = (found.rows @ self._order).tolist()
        best = scores.index(max(scores))
        asked = reading.asked
        around = circumstances(sorted(scores, reverse=True), found.rows[best], len(asked.forms))
        return self._weights.logit(around) + _BY_SCORE * scores[best]


def _worded(text: str, norm: str) -> list[str]:
    """Return the words of a phrasing as written; `norm` has their forms."""
    bare = text.rstrip(" ?.!")
    return bare.split() if bare.casefold() == norm else words(clip(text))
