"""Evaluation of the matcher: precision, coverage and speed on a knowledge file and judged questions.

Both files are JSON Lines. Knowledge: `{"id", "question", "alternatives": [], "answer", "category", "lang"}`; questions:
`{"text", "lang", "expected": id or null}`, where null means that no entry answers it.
"""

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from infra.errors import PlainError
from knowledge.matching import (
    LANGUAGES,
    MOST,
    MOST_CHOICES,
    Band,
    Embedder,
    Match,
    Matcher,
    Phrasing,
    Thresholds,
    keep_plausible,
    text_of_answer,
)

_WANTED_PRECISION = 0.95
_DEPTH = 10
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class EvalEntry:
    """One entry of the evaluated knowledge base."""

    id: str
    question: str
    alternatives: tuple[str, ...]
    lang: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class EvalQuery:
    """One judged question; `expected` is the id of the entry that answers it, None if none does."""

    text: str
    lang: str
    expected: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The result of one judged question: the first three entries found, plausible choices, the rest as in `Match`."""

    text: str
    lang: str
    expected: str | None
    found: tuple[str, ...]
    band: Band
    confidence: float
    held_back: bool = False
    ahead: bool = False
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, lang: str, expected: str | None, match: Match, name: Callable[[int], str]) -> "Asked":
        """Return the result of a match; `name` returns the name of an entry by its id."""
        found = [name(candidate.entry_id) for candidate in match.candidates[:3]]
        choices = [name(candidate.entry_id) for candidate in keep_plausible(match.candidates)[:MOST_CHOICES]]
        confidence = round(match.candidates[0].confidence, 4) if match.candidates else 0.0
        return cls(
            match.question,
            lang,
            expected,
            tuple(found),
            match.band,
            confidence,
            match.held_back,
            match.ahead,
            tuple(choices),
        )

    @property
    def right(self) -> bool:
        """Whether the question has an answer and it was ranked first."""
        return self.expected is not None and self.found[:1] == (self.expected,)

    @property
    def sentence(self) -> str:
        """The result as one line of text; lone surrogates in the question are escaped."""
        text = " ".join(self.text.split()).encode(errors="replace").decode()
        short = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        expected = "" if self.expected is None else f", expected {self.expected}"
        return f"[{self.lang}] {short} → {self.found[0] if self.found else 'nothing'} ({self.confidence:.0%}{expected})"


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one run, and the result of each question.

    Shares are 0..1, and NaN if there is no question of that kind.

    accuracy_at_1, recall_at_3, mrr_at_10: over questions that have an answer. oos_auroc: how well confidence separates
    them from those that have none. coverage_at_95_precision: the largest share of answerable questions answered rightly
    at any threshold with at least 95 % right. With the thresholds in force: auto_answer_*: right among the questions
    of the band ANSWER, and answered rightly so among the answerable; likely_answer_*: the same for LIKELY; answered_*:
    for both together. oos_answered, oos_offered: share of unanswerable questions that were answered in either of these
    bands, and that got choices. calibration_error: expected calibration error of the best candidate's confidence in
    ten bins. ease: what the knowledge base itself adds to the logit of a confidence (`matching.calibration`).
    """

    queries: int
    entries: int
    accuracy_at_1: float
    recall_at_3: float
    mrr_at_10: float
    oos_auroc: float
    coverage_at_95_precision: float
    auto_answer_precision: float
    auto_answer_coverage: float
    likely_answer_precision: float
    likely_answer_coverage: float
    answered_precision: float
    answered_coverage: float
    oos_answered: float
    oos_offered: float
    calibration_error: float
    queries_per_second: float
    p50_ms: float
    p99_ms: float
    index_seconds: float
    index_bytes: int
    ease: float
    questions: tuple[Asked, ...]

    @property
    def figures(self) -> dict[str, float | None]:
        """Return every figure by name; None instead of NaN, which JSON lacks."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "questions"}
        return {name: None if math.isnan(value) else value for name, value in values.items()}


def read_knowledge(lines: Iterable[str]) -> list[EvalEntry]:
    """Read entries in the order of the lines.

    Raises PlainError with the line number, the field and the reason at the first error.
    """
    entries: list[EvalEntry] = []
    seen: dict[str, int] = {}
    for number, row in _rows(lines):
        identity = _identity(row.get("id"), number, "id")
        if identity in seen:
            raise PlainError(f'Line {number}, field "id": {identity!r} already stands on line {seen[identity]}.')
        seen[identity] = number
        alternatives = row.get("alternatives", [])
        if not isinstance(alternatives, list) or not all(isinstance(text, str) for text in alternatives):
            raise PlainError(f'Line {number}, field "alternatives": a list of texts is needed.')
        question = _text(row, number, "question")
        answer = row.get("answer") or ""
        if not isinstance(answer, str):
            raise PlainError(f'Line {number}, field "answer": a text is needed.')
        entries.append(EvalEntry(identity, question, tuple(alternatives), _text(row, number, "lang"), answer))
    return entries


def read_queries(lines: Iterable[str]) -> list[EvalQuery]:
    """Read judged questions in the order of the lines; raises as `read_knowledge`."""
    queries = []
    for number, row in _rows(lines):
        if "expected" not in row:
            raise PlainError(
                f'Line {number}, field "expected": missing; write null when no entry answers the question.'
            )
        expected = None if row["expected"] is None else _identity(row["expected"], number, "expected")
        text = row.get("text")
        if not isinstance(text, str):  # an empty text is a question too: people send stickers and bare punctuation
            raise PlainError(f'Line {number}, field "text": a text is needed.')
        queries.append(EvalQuery(text, _text(row, number, "lang"), expected))
    return queries


def _rows(lines: Iterable[str]) -> Iterable[tuple[int, dict[str, object]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as fault:
            raise PlainError(f"Line {number}: not a JSON object ({fault}).") from fault
        if not isinstance(row, dict):
            raise PlainError(f"Line {number}: a JSON object is needed, in braces.")
        yield number, row


def _identity(value: object, number: int, field: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise PlainError(f'Line {number}, field "{field}": a text or a whole number is needed.')
    return str(value)


def _text(row: dict[str, object], number: int, field: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise PlainError(f'Line {number}, field "{field}": a text is needed.')
    return value


def evaluate(
    knowledge: Sequence[EvalEntry],
    queries: Sequence[EvalQuery],
    progress: Callable[[int, int], None] | None = None,
    *,
    thresholds: Thresholds | None = None,
    embedder: Embedder | None = None,
) -> Report:
    """Match every query once and compute the figures; by words alone without an embedder.

    `progress` is called with (asked, all) after each; the language of a query is its contact's. Raises PlainError if a
    query expects an entry that does not exist.
    """
    places = {entry.id: place for place, entry in enumerate(knowledge)}
    for position, query in enumerate(queries, 1):
        if query.expected is not None and query.expected not in places:
            raise PlainError(
                f"Question {position} expects the entry {query.expected!r}, which the knowledge does not have."
            )
    begun = time.perf_counter()
    answers = {place: entry.answer for place, entry in enumerate(knowledge)}
    matcher = Matcher.build(_phrasings(knowledge), thresholds or Thresholds(), answers=answers)
    if embedder is not None:
        matcher = _with_vectors(matcher, embedder, knowledge)
    index_seconds = time.perf_counter() - begun
    ranks: list[int] = []
    confidences: list[float] = []
    questions: list[Asked] = []
    spent: list[float] = []
    for asked, query in enumerate(queries, 1):
        begun = time.perf_counter()
        match = matcher.match(query.text, languages=(query.lang,), limit=_DEPTH, rivals=True)
        spent.append(time.perf_counter() - begun)
        order = [candidate.entry_id for candidate in match.candidates]
        place = None if query.expected is None else places[query.expected]
        ranks.append(order.index(place) if place in order else _DEPTH)
        confidences.append(match.candidates[0].confidence if match.candidates else 0.0)
        questions.append(Asked.of(query.lang, query.expected, match, lambda place: knowledge[place].id))
        if progress is not None:
            progress(asked, len(queries))
    outcome = _Outcome(
        np.array(ranks, np.int64),
        np.array([query.expected is not None for query in queries], bool),
        np.array(confidences),
        [question.band for question in questions],
        np.array(spent),
    )
    return outcome.report(len(knowledge), index_seconds, matcher, tuple(questions))


def _phrasings(knowledge: Sequence[EvalEntry]) -> Iterable[Phrasing]:
    for place, entry in enumerate(knowledge):
        for text in (entry.question, *entry.alternatives):
            yield Phrasing(place, text, entry.lang)


def _with_vectors(matcher: Matcher, embedder: Embedder, knowledge: Sequence[EvalEntry]) -> Matcher:
    """Add the vectors that a running program would compute in the background."""
    read = [(place, entry) for place, entry in enumerate(knowledge) if entry.lang in LANGUAGES]
    wordings = [text for _, entry in read for text in (entry.question, *entry.alternatives)]
    if not 0 < len(wordings) <= MOST:
        return matcher
    answers = {place: text_of_answer(entry.question, entry.answer) for place, entry in read if entry.answer}
    rows = embedder.phrasings([*wordings, *answers.values()])
    vectors = dict(zip(wordings, rows, strict=False))
    return matcher.with_embedder(embedder, vectors, dict(zip(answers, rows[len(wordings) :], strict=True)))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The measurements, one number per question each: from the rank of the right entry to the time spent."""

    ranks: NDArray[np.int64]
    inside: NDArray[np.bool_]
    confidences: NDArray[np.float64]
    bands: Sequence[Band]
    spent: NDArray[np.float64]

    def report(self, entries: int, index_seconds: float, matcher: Matcher, questions: tuple[Asked, ...]) -> Report:
        inside = self.inside
        right = inside & (self.ranks == 0)
        sure, likely, offered = (self._in(band) for band in (Band.ANSWER, Band.LIKELY, Band.SUGGEST))
        answered = sure | likely
        found = self.ranks[inside]
        reciprocal = np.where(found < _DEPTH, 1.0 / (found + 1.0), 0.0)
        milliseconds = self.spent * 1000
        return Report(
            queries=len(self.ranks),
            entries=entries,
            accuracy_at_1=_share(found == 0),
            recall_at_3=_share(found < 3),
            mrr_at_10=float(reciprocal.mean()) if len(found) else float("nan"),
            oos_auroc=auroc(self.confidences[inside], self.confidences[~inside]),
            coverage_at_95_precision=coverage_at(_WANTED_PRECISION, self.confidences, right, int(inside.sum())),
            auto_answer_precision=_share(right[sure]),
            auto_answer_coverage=_share((right & sure)[inside]),
            likely_answer_precision=_share(right[likely]),
            likely_answer_coverage=_share((right & likely)[inside]),
            answered_precision=_share(right[answered]),
            answered_coverage=_share((right & answered)[inside]),
            oos_answered=_share(answered[~inside]),
            oos_offered=_share(offered[~inside]),
            calibration_error=calibration_error(self.confidences, right),
            queries_per_second=float(len(self.spent) / self.spent.sum()) if len(self.spent) else float("nan"),
            p50_ms=float(np.percentile(milliseconds, 50)) if len(self.spent) else float("nan"),
            p99_ms=float(np.percentile(milliseconds, 99)) if len(self.spent) else float("nan"),
            index_seconds=index_seconds,
            index_bytes=matcher.size,
            ease=matcher.ease,
            questions=questions,
        )

    def _in(self, band: Band) -> NDArray[np.bool_]:
        return np.array([given is band for given in self.bands], bool)


def _share(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def auroc(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """Return the probability that an answerable question has more confidence than an unanswerable one.

    Ties count half. NaN if either kind is absent.
    """
    if not len(inside) or not len(outside):
        return float("nan")
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    not_above = np.searchsorted(ordered, inside, side="right")
    return float((below + not_above).sum() / 2 / len(inside) / len(outside))


def coverage_at(precision: float, confidences: NDArray[np.float64], right: NDArray[np.bool_], answerable: int) -> float:
    """Return the largest share of answerable questions that a threshold answers rightly with at least `precision`."""
    if answerable == 0:
        return float("nan")
    order = np.argsort(-confidences, kind="stable")
    hits = np.cumsum(right[order])
    last_of_tie = np.append(np.diff(confidences[order]) != 0, True)
    holds = last_of_tie & (hits >= precision * np.arange(1, len(order) + 1)) & (confidences[order] > 0)
    return float(hits[holds].max() / answerable) if holds.any() else 0.0


def calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the mean distance between confidence and the share of right answers, over ten bins weighted by size."""
    if not len(confidences):
        return float("nan")
    bins = np.minimum((confidences * 10).astype(np.int64), 9)
    gaps = np.bincount(bins, confidences, minlength=10) - np.bincount(bins, right, minlength=10)
    return float(np.abs(gaps).sum() / len(confidences))
