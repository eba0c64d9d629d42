"""Comparison of two evaluations: changed figures, and questions that are answered better or worse than before."""

import json
from dataclasses import dataclass

from infra.errors import PlainError
from knowledge.matching import Band
from knowledge.quality.evaluation import Asked, Report

TOLERANCE = 0.01
"""Default for how far a figure may fall before the comparison fails."""
MUST_NOT_FALL = ("accuracy_at_1", "recall_at_3", "auto_answer_precision")
MUST_NOT_RISE = ("oos_answered",)
_NOT_THE_REPORT = "is no report of `frontdesk knowledge eval --json`: write one and compare with that"

_Key = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier report, as `--json` wrote it."""

    figures: dict[str, float | None]
    questions: dict[_Key, Asked]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes between two reports, over the questions that both have.

    `figures` are (name, before, after), None if a report lacks the figure. `worse` names those of MUST_NOT_FALL and
    MUST_NOT_RISE that worsened by more than the tolerance. `newly_answered` are unanswerable questions that are now
    answered. `unmatched` is the number of questions that only one of the reports has.
    """

    figures: tuple[tuple[str, float | None, float | None], ...]
    worse: tuple[str, ...]
    newly_right: tuple[Asked, ...]
    newly_wrong: tuple[Asked, ...]
    newly_answered: tuple[Asked, ...]
    unmatched: int

    def lines(self) -> list[str]:
        """Render the comparison as text."""
        said = [f"{'':>26}  {'before':>9} {'after':>9}  change"]
        for name, before, after in self.figures:
            change = "" if before is None or after is None else f"{after - before:+.4g}"
            mark = "  ✕" if name in self.worse else ""
            said.append(f"{name:>26}: {_shown(before):>9} {_shown(after):>9}  {change}{mark}")
        for title, questions in (
            ("newly right", self.newly_right),
            ("newly wrong", self.newly_wrong),
            ("newly answered, though nothing answers them", self.newly_answered),
        ):
            said.append(f"\n{title}: {len(questions)}")
            said += ["  " + question.sentence for question in questions]
        if self.unmatched:
            said.append(f"\n{self.unmatched} questions were asked in one of the two runs only")
        return said


def read_baseline(text: str, name: str) -> Baseline:
    """Parse a report from `text`, the content of the file `name`.

    Raises PlainError if it is no report, or one without its questions.
    """
    try:
        content = json.loads(text)
        figures = {name: value for name, value in content.items() if value is None or isinstance(value, int | float)}
        questions = [
            Asked(
                row["text"],
                row["lang"],
                row["expected"],
                tuple(row["found"]),
                Band(row["band"]),
                float(row["confidence"]),
            )
            for row in content["questions"]
        ]
        return Baseline(figures, {_key(question): question for question in questions})
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise PlainError(f"{name} {_NOT_THE_REPORT}.") from fault


def compare(before: Baseline, after: Report, tolerance: float = TOLERANCE) -> Comparison:
    """Compare two reports. Raises PlainError if they have no question in common."""
    now = {_key(question): question for question in after.questions}
    both = [(before.questions[key], question) for key, question in now.items() if key in before.questions]
    if not both:
        raise PlainError("The report to compare with is about other questions: none of these was asked in it.")
    figures = tuple((name, before.figures.get(name), value) for name, value in after.figures.items())
    worse = tuple(
        name
        for name, old, new in figures
        if old is not None
        and new is not None
        and ((name in MUST_NOT_FALL and old - new > tolerance) or (name in MUST_NOT_RISE and new - old > tolerance))
    )
    return Comparison(
        figures,
        worse,
        newly_right=tuple(new for old, new in both if new.right and not old.right),
        newly_wrong=tuple(new for old, new in both if old.right and not new.right),
        newly_answered=tuple(new for old, new in both if _fooled(new) and not _fooled(old)),
        unmatched=len(now) + len(before.questions) - 2 * len(both),
    )


def _key(question: Asked) -> _Key:
    return question.text, question.lang, question.expected


def _fooled(question: Asked) -> bool:
    return question.expected is None and question.band.answers


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
