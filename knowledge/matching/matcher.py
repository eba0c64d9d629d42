"""The matcher: ranks entries for a question, with calibrated probabilities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.matching.arrays import Floats
from knowledge.matching.bands import decide_band, is_ahead
from knowledge.matching.calibration import measure_ease
from knowledge.matching.index.sparse_index import Index, Progress
from knowledge.matching.lexicon.politeness import ASKING
from knowledge.matching.ranking.confidence import Weights, circumstances, limit_probability
from knowledge.matching.ranking.features import NAMES, Reranked
from knowledge.matching.reader import Heard, Reader, Reading
from knowledge.matching.semantic.embedder import Embedder
from knowledge.matching.semantic.vectors import Vectors
from knowledge.matching.text.normalised import lower
from knowledge.matching.values import Band, Candidate, Match, Phrasing, Thresholds

_WORD_FOR_WORD = 0.99
"""Confidence of a word-for-word phrasing: set, not learned, as its author declares it right. Of 14 such questions to
the development sets 12 were right; the other two are phrasings that their set has under the wrong entry."""

_NEAR_TIE = 0.5
_SHORT = 2
_FAIR = 0.5
"""Minimum probability of a phrasing of a single word that is asked as it stands; else another entry comes near."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A searchable index: that of the knowledge base as it was built, or that of later edits.

    `ease` is added to the logits of its confidences (`calibration`).
    """

    reader: Reader
    vectors: Vectors | None
    ease: float = 0.0


_Place = tuple[Reader, Reading, Reranked, int, int]
"""A considered entry: its reader, the reading, the ranking, its line there, and its number in the index."""


@dataclass(frozen=True, slots=True)
class _Option:
    """A candidate entry that is rated or shown."""

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

    @property
    def is_repeated(self) -> bool:
        """Whether the question is the phrasing word for word."""
        return self.reading.text == self.reader.index.norms[self.phrasing]

    @property
    def says_it_all(self) -> bool:
        """Whether the phrasing has every word of the question, in any form."""
        held = self.reader.index.tokens.row(self.phrasing)
        return all(bool(np.isin(kin, held).any()) for kin in self.reading.asked.kin)

    def candidate(self, confidence: float) -> Candidate:
        return self.reader.candidate(self.reading, self.entry, self.phrasing, confidence)


class Matcher:
    """An immutable index over phrasings. It is thread-safe; only building is slow.

    `with_edit` returns a matcher with one more edit that shares the index: it takes milliseconds regardless of the size
    of the knowledge base. After many edits, rebuild. `with_embedder` returns one that also compares by vectors when
    words are not decisive.
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
        """Build a matcher. `answers` are plain texts by entry: their words help to distinguish similar entries.

        `progress` is called repeatedly with the share of the index that is built, 0..1.
        """
        given = list(phrasings)
        reader = Reader(Index(given, answers or {}, progress=progress))
        source = _Source(reader, None, measure_ease(given, answers or {}, reader))
        matcher = cls(source, thresholds or Thresholds())
        matcher.prepare()
        return matcher

    def prepare(self) -> None:
        """Precompute what the first questions need, in about 150 ms; `build` and `saved_matcher.load` call it."""
        self._source.reader.index.vocabulary.prepare()

    def with_edit(self, entry_id: int, phrasings: Iterable[Phrasing], answer: str = "") -> "Matcher":
        """Return a matcher in which the entry has exactly these phrasings; without any it is removed.

        Vectors of edited entries are dropped until the next `with_embedder`.
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
        """Return a matcher that uses the embedder for questions it would not answer by words alone.

        `vectors` are those of `embedder.phrasings` by text, and `answers` by entry those of `text_of_answer`; texts
        without a vector are compared by words. If the matcher already has all vectors, they are kept.
        """
        source, fresh, answers = self._source, self._fresh, answers or {}
        if source.vectors is None or source.vectors.lacks(vectors, answers):
            source = _Source(source.reader, Vectors(source.reader.index, vectors, answers), source.ease)
        if fresh is not None:
            fresh = _Source(fresh.reader, Vectors(fresh.reader.index, vectors, answers, source.vectors))
        return Matcher(source, self._thresholds, self._edits, fresh, embedder)

    @property
    def size(self) -> int:
        """Size of the index and its vectors in bytes, within a few per cent."""
        return self._source.reader.index.size + (self._source.vectors.size if self._source.vectors else 0)

    @property
    def richness(self) -> float:
        """See `Index.richness`; the learned weights depend on it."""
        return self._source.reader.richness

    @property
    def ease(self) -> float:
        """What is added to the logit of each confidence in this knowledge base; see `calibration`."""
        return self._source.ease

    def match(self, question: str, *, languages: Sequence[str] = (), limit: int = 5, rivals: bool = False) -> Match:
        """Return candidate entries, best first, at most `limit`.

        A question that equals a phrasing word for word is answered by its entry; other entries follow only with
        `rivals`, which takes several times as long. Of entries with nearly equal scores, those in an earlier one of
        `languages` come first. Never raises for any text, and reads at most `text.LIMIT` characters of it.
        """
        sources = [self._source, self._fresh] if self._fresh else [self._source]
        heard = [source.reader.hear(question) for source in sources]
        as_it_stands = self._as_it_stands(sources, heard, languages)
        if as_it_stands is not None and not rivals:
            return Match(question, Band.ANSWER, (as_it_stands,)[: max(limit, 0)])
        found = [source.reader.examine(said) for source, said in zip(sources, heard, strict=True)]
        match = self._judged(question, found, languages, limit)
        if as_it_stands is not None:
            others = [rival for rival in match.candidates if rival.entry_id != as_it_stands.entry_id]
            return Match(question, Band.ANSWER, (as_it_stands, *others)[: max(limit, 0)])
        if self._embedder is None or match.band is Band.ANSWER or not found[0][0].asked.forms:
            return match
        wider = self._compared(found, self._embedder)
        return self._judged(question, wider, languages, limit, section="semantic") if wider else match

    def examine(self, question: str) -> tuple[Reading, Reranked]:
        """Return the reading of the question and the rows of the nearest entries by words, without edits."""
        reader = self._source.reader
        return reader.examine(reader.hear(question))

    def widen(self, reading: Reading, nearest: Reranked) -> tuple[Reading, Reranked] | None:
        """Return what `examine` returned with the columns of vectors, for training; None without vectors."""
        wider = self._compared([(reading, nearest)], self._embedder) if self._embedder and reading.asked.forms else None
        return wider[0] if wider else None

    def _as_it_stands(
        self, sources: Sequence[_Source], heard: Sequence[Heard], languages: Sequence[str]
    ) -> Candidate | None:
        """Return the only entry with the question as a phrasing, word for word; of several, that in the first language.

        The author of a phrasing expects it to be answered regardless of a probability. None if several entries share
        it, or if the threshold is too high for any answer.
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
        """Compare the same entries and more by vectors too; None if too few phrasings have one."""
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
            if fresh is None:  # average values for vectors: words decide
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
        section: Literal["lexical", "semantic"] = "lexical",
    ) -> Match:
        """Return the outcome by rows of words alone, or of words and vectors."""
        weights = Weights.load(section)
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
            return Match(question, Band.NONE, ())
        langs = [reader.index.langs[entry] for reader, _, _, _, entry in options]
        preferred = _preferring(scores, langs, languages) if languages else scores
        order = sorted(range(len(options)), key=preferred.__getitem__, reverse=True)
        first = _Option.of(options[order[0]])
        asked = first.reading.asked
        own = langs[order[0]]
        around = circumstances([scores[place] for place in order if langs[place] == own], first.row, len(asked.forms))
        best = weights.probability(around, self._source.ease)
        best = limit_probability(best, first.row)
        if best >= _FAIR and len(asked.forms) == 1 and first.is_repeated:
            best = max(best, _WORD_FOR_WORD)
        top = scores[order[0]]
        confidences = [best * exp(min(scores[place] - top, 0.0)) for place in order]
        candidates = tuple(
            [
                _Option.of(options[place]).candidate(confidence)
                for place, confidence in zip(order[: max(limit, 0)], confidences, strict=False)
            ]
        )
        # If the best entries share only words like "how" and "what", their score is only a similarity of letters.
        spoken_for = section == "semantic" or any(
            lower(word) not in ASKING for candidate in candidates[:3] for word in candidate.why
        )
        seconds = (conf for conf, place in zip(confidences[1:], order[1:], strict=True) if langs[place] == own)
        ahead = is_ahead(confidences[0], next(seconds, 0.0))
        band = self._band(best, first, ahead=ahead) if spoken_for else Band.NONE
        held_back = not (spoken_for and _may_be_answered(first))
        return Match(question, band, candidates, held_back=held_back, ahead=ahead)

    def _band(self, confidence: float, best: _Option, *, ahead: bool) -> Band:
        """Return the band by the thresholds, except for questions of one or two words, whose probability is unreliable.

        A single word is answered only if it is a phrasing word for word. If a phrasing has all the words of such a
        short question, choices are offered regardless of the probability.
        """
        held = len(best.reading.asked.forms) <= _SHORT and best.says_it_all
        held_back = not _may_be_answered(best)
        return decide_band(confidence, self._thresholds, ahead=ahead, held_back=held_back, held=held)


def _may_be_answered(best: _Option) -> bool:
    """Return whether the question has several words, or is a phrasing word for word."""
    return len(best.reading.asked.forms) > 1 or best.is_repeated


def _preferring(scores: Sequence[float], langs: Sequence[str], languages: Sequence[str]) -> list[float]:
    """Adjust scores for the order only: a later language costs less than any real difference."""
    rank = {lang: place for place, lang in reversed(list(enumerate(languages)))}
    step = _NEAR_TIE / max(len(rank), 1)
    return [score - rank.get(lang, len(rank)) * step for score, lang in zip(scores, langs, strict=True)]
