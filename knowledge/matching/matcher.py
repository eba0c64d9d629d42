"""The matcher: one question in, ranked entries with calibrated probabilities out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats
from knowledge.matching.index.sparse_index import Index, Progress
from knowledge.matching.lexicon.politeness import ASKING
from knowledge.matching.ranking.confidence import AROUND, Weights, agree, circumstances
from knowledge.matching.ranking.features import NAMES, Reranked
from knowledge.matching.reader import Heard, Reader, Reading
from knowledge.matching.semantic.embedder import Embedder
from knowledge.matching.semantic.vectors import Vectors
from knowledge.matching.text.normalised import lower
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

_WORD_FOR_WORD = 0.99
"""The confidence of a phrasing as it stands: set, not learned. That it is right is its author's word; of 14 such questions to the
development sets 12 were, and both others are a phrasing that its set has under the wrong entry."""

_NEAR_TIE = 0.5
_SHORT = 2
_ALL = 0.999
_EQUAL, _EXACT = NAMES.index("equal"), NAMES.index("exact")
_COVERED = NAMES.index("covered")
_FAIR, _HALF = 0.7, 0.5
_LEAD, _FAR = AROUND.index("second"), 4.0
_BACKED = 0.9
"""Least probability of a fair candidate whose best phrasing has every word of the question, which has half of its own, far before
the next one: of 18 such questions with less than .88 by the logistic alone 17 were right; `docs/matching.md`."""

_OPPOSED = 0.5
"""The most that a candidate is worth whose best phrasing wants the opposite: of 20 with more by the logistic 8 were right, of 8 with
.8 and more 2, across families. It may be offered, but is never the answer."""


@dataclass(frozen=True, slots=True)
class _Source:
    """An index to be asked: that of the knowledge as it was built, or that of the edits made since."""

    reader: Reader
    vectors: Vectors | None


_Place = tuple[Reader, Reading, Reranked, int, int]
"""An entry under consideration: who found it for what, the line it stands on, and its number in the index."""


@dataclass(frozen=True, slots=True)
class _Option:
    """An entry that is judged or shown."""

    reader: Reader
    reading: Reading
    entry: int
    phrasing: int
    row: Floats

    @classmethod
    def of(cls, place: _Place) -> "_Option":
        reader, reading, nearest, line, entry = place
        return cls(reader, reading, entry, int(nearest.phrasings[line]), nearest.rows[line])

    @property
    def entry_id(self) -> int:
        return self.reader.index.entry_ids[self.entry]

    def candidate(self, confidence: float) -> Candidate:
        return self.reader.candidate(self.reading, self.entry, self.phrasing, confidence)


class Matcher:
    """An immutable index over phrasings. Safe to ask from any number of threads; building is the only slow part.

    `edited` gives a matcher that knows of one more edit without building the index again: it costs milliseconds, however
    large the knowledge is, and shares the index. After many edits, build anew. `embedded` gives one that also compares by
    vectors what words leave open.
    """

    def __init__(
        self,
        source: _Source,
        thresholds: Thresholds,
        edits: Mapping[int, tuple[list[Phrasing], str]] | None = None,
        fresh: _Source | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._source = source
        self._thresholds = thresholds
        self._edits = edits or {}
        self._fresh = fresh
        self._embedder = embedder

    @classmethod
    def build(
        cls,
        phrasings: Iterable[Phrasing],
        thresholds: Thresholds | None = None,
        *,
        answers: Mapping[int, str] | None = None,
        progress: Progress = lambda _share: None,
    ) -> "Matcher":
        """`answers` are plain texts by entry, where there are any: their words help to tell similar entries apart.

        `progress` is told the share of the index that is built, 0..1, now and then.
        """
        index = Index(list(phrasings), answers or {}, progress=progress)
        matcher = cls(_Source(Reader(index), None), thresholds or Thresholds())
        matcher.prepare()
        return matcher

    def prepare(self) -> None:
        """Do beforehand what the first questions would wait for, within some 150 ms; `build` and `saving.load` do it."""
        self._source.reader.index.vocabulary.prepare()

    def with_edit(self, entry_id: int, phrasings: Iterable[Phrasing], answer: str = "") -> "Matcher":
        """A matcher in which the entry has these phrasings and no others; with none of them it is gone.

        Vectors of the edited entries are forgotten until the next `embedded`.
        """
        edits = {**self._edits, entry_id: (list(phrasings), answer)}
        texts = [phrasing for own, _ in edits.values() for phrasing in own]
        answers = {edited: text for edited, (_, text) in edits.items()}
        reader = self._source.reader
        fresh = Reader(Index(texts, answers, reader.index), richness=reader.richness)
        return Matcher(self._source, self._thresholds, edits, _Source(fresh, None), self._embedder)

    def with_embedder(
        self,
        embedder: Embedder,
        vectors: Mapping[str, NDArray[np.float32]],
        answers: Mapping[int, NDArray[np.float32]] | None = None,
    ) -> "Matcher":
        """A matcher that asks the embedder about questions it would not answer by words alone.

        `vectors` are those of `embedder.phrasings` by text, and `answers` by entry those of `semantics.told`; what has none
        is compared by words. Vectors that the matcher already has for all it knows are kept.
        """
        source, fresh, answers = self._source, self._fresh, answers or {}
        if source.vectors is None or not source.vectors.complete:
            source = _Source(source.reader, Vectors(source.reader.index, vectors, answers))
        if fresh is not None:
            fresh = _Source(fresh.reader, Vectors(fresh.reader.index, vectors, answers, source.vectors))
        return Matcher(source, self._thresholds, self._edits, fresh, embedder)

    @property
    def size(self) -> int:
        """Bytes that the index and its vectors hold, within a few per cent."""
        return self._source.reader.index.size + (self._source.vectors.size if self._source.vectors else 0)

    @property
    def richness(self) -> float:
        """See `Index.richness`; the learned weights depend on it."""
        return self._source.reader.richness

    def match(self, question: str, *, languages: Sequence[str] = (), limit: int = 5, rivals: bool = False) -> Match:
        """The entries that may answer, best first, at most `limit`.

        A question that is a phrasing as it stands is answered by its entry; other entries follow only if `rivals` are wanted,
        for they take several times as long. Of entries that score nearly alike, those in an earlier one of `languages` come
        first. Never raises for any text, and looks at no more than `text.LIMIT` characters of it.
        """
        sources = [self._source, self._fresh] if self._fresh else [self._source]
        heard = [source.reader.hear(question) for source in sources]
        as_it_stands = self._as_it_stands(sources, heard, languages)
        if as_it_stands is not None and not rivals:
            return Match(question, Band.ANSWER, (as_it_stands,)[: max(limit, 0)])
        found = [source.reader.examine(said) for source, said in zip(sources, heard, strict=True)]
        match, chances = self._judged(question, found, languages, limit)
        if as_it_stands is not None:
            others = [rival for rival in match.candidates if rival.entry_id != as_it_stands.entry_id]
            return Match(question, Band.ANSWER, (as_it_stands, *others)[: max(limit, 0)])
        if self._embedder is None or match.band is Band.ANSWER or not found[0][0].asked.forms:
            return match
        wider = self._compared(found, self._embedder)
        return self._judged(question, wider, languages, limit, chances)[0] if wider else match

    def examine(self, question: str) -> tuple[Reading, Reranked]:
        """The question as it is read and the rows of the nearest entries, edits apart: what learning needs.

        With an embedder the rows have the columns of vectors too.
        """
        reader = self._source.reader
        reading, found = reader.examine(reader.hear(question))
        wider = self._compared([(reading, found)], self._embedder) if self._embedder and reading.asked.forms else None
        return wider[0] if wider else (reading, found)

    def _as_it_stands(
        self, sources: Sequence[_Source], heard: Sequence[Heard], languages: Sequence[str]
    ) -> Candidate | None:
        """The one entry that has the question among its phrasings, word for word; of several the one in the first language.

        Whoever wrote a phrasing expects it to be answered, whatever a probability says of it. None where entries share it,
        for then it tells nothing, and where the threshold is too high for any answer.
        """
        if self._thresholds.answer > _WORD_FOR_WORD:
            return None
        found: dict[int, tuple[int, Reader, int]] = {}
        for source, said in zip(sources, heard, strict=True):
            index, edits = source.reader.index, {} if source is self._fresh else self._edits
            for phrasing in source.reader.standing(said):
                entry = int(index.owners[phrasing])
                if index.entry_ids[entry] not in edits:
                    lang = index.langs[entry]
                    rank = languages.index(lang) if lang in languages else len(languages)
                    found[index.entry_ids[entry]] = rank, source.reader, phrasing
        first = min((rank for rank, _, _ in found.values()), default=0)
        own = [(reader, phrasing) for rank, reader, phrasing in found.values() if rank == first]
        if len(own) != 1:
            return None
        reader, phrasing = own[0]
        return reader.as_it_stands(phrasing, _WORD_FOR_WORD)

    def _compared(
        self, found: Sequence[tuple[Reading, Reranked]], embedder: Embedder
    ) -> list[tuple[Reading, Reranked]] | None:
        """The same entries and more, by vectors too; None when too few phrasings have one."""
        if self._source.vectors is None:
            return None
        reading, nearest = found[0]
        asked = embedder.questions([reading.said])[0]
        compared = self._source.reader.compare(reading, nearest, self._source.vectors, asked)
        if compared is None:
            return None
        wider = [(reading, compared)]
        if self._fresh is not None and len(found[1][1].entries):
            reading, nearest = found[1]
            vectors = self._fresh.vectors
            fresh = self._fresh.reader.compare(reading, nearest, vectors, asked) if vectors else None
            if fresh is None:  # as if they were middling by vectors: words decide
                columns = compared.rows[:, len(NAMES) :].mean(axis=0)
                rows = np.hstack([nearest.rows, np.broadcast_to(columns, (len(nearest.rows), len(columns)))])
                fresh = Reranked(nearest.entries, nearest.phrasings, rows)
            wider.append((reading, fresh))
        return wider

    def _judged(
        self,
        question: str,
        found: Sequence[tuple[Reading, Reranked]],
        languages: Sequence[str],
        limit: int,
        by_words: Mapping[int, float] | None = None,
    ) -> tuple[Match, dict[int, float]]:
        """The outcome, and with an embedder the probability of every entry considered.

        With the probabilities `by_words` alone it is the vectors' turn.
        """
        weights = Weights.load("lexical" if by_words is None else "semantic")
        by_column = weights.order(self._source.reader.richness)
        sources = (self._source, self._fresh) if self._fresh else (self._source,)
        options: list[_Place] = []
        scores: list[float] = []
        for source, (reading, nearest) in zip(sources, found, strict=False):
            ids, edits = source.reader.index.entry_ids, {} if source is self._fresh else self._edits
            given = (nearest.rows @ by_column).tolist()
            for line, (entry, score) in enumerate(zip(nearest.entries.tolist(), given, strict=True)):
                if ids[entry] not in edits:
                    options.append((source.reader, reading, nearest, line, entry))
                    scores.append(score)
        if not options:
            return Match(question, Band.NONE, ()), {}
        langs = [reader.index.langs[entry] for reader, _, _, _, entry in options]
        preferred = _preferring(scores, langs, languages) if languages else scores
        order = sorted(range(len(options)), key=preferred.__getitem__, reverse=True)
        first = _Option.of(options[order[0]])
        asked = first.reading.asked
        own = langs[order[0]]
        around = circumstances(
            [scores[place] for place in order if langs[place] == own], first.row, asked.share, len(asked.forms)
        )
        best = weights.probability(around)
        far_ahead = by_words is None and around[_LEAD] >= _FAR
        if best >= _FAIR and far_ahead and _says_it_all(first):
            best = max(best, _BACKED)
        if by_words is not None:
            best = agree(best, by_words.get(first.entry_id, 0.0))
        if asked.wants.opposes(int(first.reader.index.named[first.phrasing])):
            best = min(best, _OPPOSED)
        top = scores[order[0]]
        confidences = [best * exp(min(scores[place] - top, 0.0)) for place in order]
        candidates = tuple(
            [
                _Option.of(options[place]).candidate(confidence)
                for place, confidence in zip(order[: max(limit, 0)], confidences, strict=False)
            ]
        )
        # Where no word speaks for the best entries but "how" and "what", their score is only the likeness of letters.
        spoken_for = by_words is not None or any(
            lower(word) not in ASKING for candidate in candidates[:3] for word in candidate.why
        )
        band = self._band(best, first) if spoken_for else Band.NONE
        match = Match(question, band, candidates, held_back=not (spoken_for and _may_be_answered(first)))
        if self._embedder is None:
            return match, {}
        entries = [options[place] for place in order]
        ids = [reader.index.entry_ids[entry] for reader, _, _, _, entry in entries]
        return match, dict(zip(ids, confidences, strict=True))

    def _band(self, confidence: float, best: _Option) -> Band:
        """The band that the thresholds give, but for questions of one or two words, which a probability judges badly.

        A single word is answered only if it is a phrasing as it stands; and when a phrasing holds all the words of so
        short a question, choices are offered however unsure it is which of them is meant.
        """
        asked = best.reading.asked
        if confidence >= self._thresholds.answer and _may_be_answered(best):
            return Band.ANSWER
        held = len(asked.forms) <= _SHORT and best.row[_EXACT] > _ALL and asked.share > _ALL
        if confidence >= self._thresholds.suggest or (held and self._thresholds.suggest < 1.0):
            return Band.SUGGEST
        return Band.NONE


def _may_be_answered(best: _Option) -> bool:
    """Whether the question has several words, or is a phrasing as it stands."""
    return len(best.reading.asked.forms) > 1 or bool(best.row[_EQUAL])


def _says_it_all(option: _Option) -> bool:
    """Whether the phrasing has every word of the question, two at least, and the question half of its own."""
    return len(option.reading.asked.forms) > 1 and bool(option.row[_EXACT] > _ALL and option.row[_COVERED] >= _HALF)


def _preferring(scores: Sequence[float], langs: Sequence[str], languages: Sequence[str]) -> list[float]:
    """Scores for the order alone: a later language costs less than any real difference."""
    rank = {lang: place for place, lang in reversed(list(enumerate(languages)))}
    step = _NEAR_TIE / max(len(rank), 1)
    return [score - rank.get(lang, len(rank)) * step for score, lang in zip(scores, langs, strict=True)]
