"""Threshold advice: the results of each threshold on judged questions, and the threshold that they support.

A knowledge base with dissimilar entries allows a lower answer threshold than the built-in one; another one does not.
The community's own judged questions decide, if there are enough of them. A threshold is chosen and judged by the same
questions, so it must hold with a margin.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt

from infra.charts import Axes, chart
from knowledge.quality.evaluation import Asked

LEVELS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.95)
WANTED, AT_LEAST = 0.95, 0.9
"""Required share of right answers for an advised threshold: among these questions, and as a 95 % lower bound."""
_ONE_SIDED = 1.645
"""The one-sided 95 % quantile of the normal distribution."""
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold: the numbers of questions answered and answered rightly.

    `coverage` is the share of the answerable questions that are answered rightly, `unanswerable` the share of the
    others that are answered nevertheless, 0 if there are none. `mistakes` are the wrong answers that the next higher
    step avoids.
    """

    threshold: float
    answered: int
    right: int
    coverage: float
    unanswerable: float
    mistakes: tuple[Asked, ...]

    @property
    def precision(self) -> float:
        """Share of right answers among the answers; 1 if there are none."""
        return self.right / self.answered if self.answered else 1.0

    @property
    def at_least(self) -> float:
        """One-sided 95 % lower bound of the share of right answers (Wilson 1927)."""
        if not self.answered:
            return 0.0
        z, n, share = _ONE_SIDED, self.answered, self.precision
        spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return (share + z * z / (2 * n) - spread) / (1 + z * z / n)

    @property
    def figures(self) -> dict[str, float]:
        """Return its numbers by name."""
        names = ("threshold", "answered", "right", "precision", "at_least", "coverage", "unanswerable")
        return {name: getattr(self, name) for name in names}

    @property
    def holds(self) -> bool:
        """Whether this step alone may be advised."""
        return self.precision >= WANTED and self.at_least >= AT_LEAST


def steps(questions: Sequence[Asked], in_force: float) -> tuple[Step, ...]:
    """Return the results of each of `LEVELS` and of the threshold `in_force`, lowest first."""
    answerable = sum(question.expected is not None for question in questions)
    levels = sorted({*LEVELS, in_force})
    found = []
    for level, above in zip(levels, [*levels[1:], 2.0], strict=True):
        answers = [question for question in questions if _answered(question, level)]
        right = sum(question.right for question in answers)
        found.append(
            Step(
                level,
                len(answers),
                right,
                right / max(answerable, 1),
                sum(question.expected is None for question in answers) / max(len(questions) - answerable, 1),
                tuple(q for q in answers if not q.right and not _answered(q, above)),
            )
        )
    return tuple(found)


def advise_threshold(found: Sequence[Step]) -> Step | None:
    """Return the lowest step that holds together with all higher ones with enough answers; None if there is none."""
    best = None
    for step in reversed(found):
        if step.holds:
            best = step
        elif step.precision < WANTED:
            break
    return best


def lines(found: Sequence[Step], in_force: float) -> list[str]:
    """Render the steps as text, with their mistakes and the advice."""
    said = [f"{'answered from':>26}  {'answers':>7} {'right':>6} {'at least':>8} {'coverage':>8} {'unanswerable':>12}"]
    for step in found:
        mark = "  in force" if step.threshold == in_force else ""
        right, least = (f"{step.precision:.1%}", f"{step.at_least:.1%}") if step.answered else ("–", "–")
        said.append(
            f"{step.threshold:>26.2f}  {step.answered:>7} {right:>6} {least:>8} {step.coverage:>8.1%}"
            f" {step.unanswerable:>12.1%}{mark}"
        )
    for step in reversed(found):
        if step.mistakes:
            said += [f"\nwrong from {step.threshold:.2f} on:", *_examples(step.mistakes)]
    return [*said, "", _advice(found, in_force)]


def picture(found: Sequence[Step], in_force: float) -> str:
    """Render the steps that answer anything as an SVG chart: precision against the share of answered questions."""
    answering = [step for step in found if step.answered]
    best = advise_threshold(found)
    marks = {in_force: "in force"} | ({best.threshold: "advised"} if best and best.threshold != in_force else {})
    # Thresholds that answer the same questions share one point.
    points = [list(same) for _, same in groupby(answering, key=lambda step: step.answered)]
    return chart(
        "How sure to be to answer: each point is a threshold",
        Axes(
            "share of the answerable questions that are answered rightly",
            "share of the answers that are right",
            least=0.5 if min([step.at_least for step in answering], default=0.0) >= 0.5 else 0.0,
        ),
        {
            "right": [(same[0].coverage, same[0].precision) for same in points],
            "right at least, 19 times in 20": [(same[0].coverage, same[0].at_least) for same in points],
        },
        [_named([step.threshold for step in same], marks) for same in points],
    )


def _named(thresholds: Sequence[float], marks: Mapping[float, str]) -> str:
    marked = [f"{threshold:.2f} {marks[threshold]}" for threshold in thresholds if threshold in marks]
    if len(thresholds) > 1:
        return ", ".join([f"{thresholds[0]:.2f}–{thresholds[-1]:.2f}", *marked])
    return marked[0] if marked else f"{thresholds[0]:.2f}"


def _answered(question: Asked, level: float) -> bool:
    return question.confidence >= level and not question.held_back


def _examples(mistakes: Sequence[Asked]) -> Iterable[str]:
    for question in sorted(mistakes, key=lambda question: -question.confidence)[:_EXAMPLES]:
        yield "  " + question.told
    if len(mistakes) > _EXAMPLES:
        yield f"  … and {len(mistakes) - _EXAMPLES} more"


def _advice(found: Sequence[Step], in_force: float) -> str:
    now = next(step for step in found if step.threshold == in_force)
    best = advise_threshold(found)
    if best is None:
        return (
            "Too few of these questions are answered surely enough to advise a threshold: it takes 25 right answers and"
            " no wrong one, or more of both. More questions that people really asked would help."
        )
    if best == now:
        return f"FRONTDESK_ANSWER_CONFIDENCE={in_force:g} is what these questions speak for."
    return (
        f"These questions speak for FRONTDESK_ANSWER_CONFIDENCE={best.threshold:g}: {best.coverage:.0%} of what the"
        f" knowledge covers would be answered rightly instead of {now.coverage:.0%}, and {best.precision:.1%} of the"
        f" answers would be right instead of {now.precision:.1%}."
    )
