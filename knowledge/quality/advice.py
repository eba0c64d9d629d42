"""Threshold advice: the results of each threshold on judged questions, and the thresholds that they support.

A knowledge base with dissimilar entries allows lower thresholds than the built-in ones; another one does not. The
community's own judged questions decide, if there are enough of them. A threshold is chosen and judged by the same
questions, so it must hold with a margin.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, sqrt

from infra.charts import Axes, chart
from knowledge.matching import Thresholds
from knowledge.quality.evaluation import Asked

_ONE_SIDED = 1.645
"""The one-sided 95 % quantile of the normal distribution."""
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One threshold: the numbers of questions that it decides, and decides rightly.

    `coverage` is the share of the answerable questions that are answered (or offered) rightly, `unanswerable` the share
    of the others that are answered nevertheless, 0 if there are none. `mistakes` are the wrong answers that the next
    higher step avoids.
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


@dataclass(frozen=True, slots=True)
class Aim:
    """What one of the thresholds decides, and the share of right decisions that it needs."""

    band: str
    levels: tuple[float, ...]
    wanted: float
    """Required share of right ones among these questions."""
    at_least: float
    """The same as a 95 % lower bound."""
    head: str
    done: str
    things: str
    decides: Callable[[Asked, float, Thresholds], bool]
    """Whether it decides the question at a level, with the other thresholds in force."""
    is_right: Callable[[Asked], bool]

    @property
    def setting(self) -> str:
        return f"FRONTDESK_{self.band.upper()}_CONFIDENCE"

    @property
    def fewest(self) -> int:
        """Number of right ones that suffice if none is wrong."""
        return ceil(self.at_least * _ONE_SIDED**2 / (1 - self.at_least))

    def holds(self, step: Step) -> bool:
        """Return whether this step alone may be advised."""
        return step.precision >= self.wanted and step.at_least >= self.at_least


def _is_answered(question: Asked, level: float) -> bool:
    return question.confidence >= level and not question.held_back


def _is_likely(question: Asked, level: float, given: Thresholds) -> bool:
    return question.ahead and _is_answered(question, level) and not _is_answered(question, given.answer)


def _is_offered(question: Asked, level: float, given: Thresholds) -> bool:
    at_once = _is_answered(question, given.answer) or _is_likely(question, given.likely, given)
    return question.confidence >= level and not at_once


ANSWER = Aim(
    band="answer",
    levels=(0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.95),
    wanted=0.95,
    at_least=0.9,
    head="answered from",
    done="answered",
    things="answers",
    decides=lambda question, level, _: _is_answered(question, level),
    is_right=lambda question: question.right,
)
LIKELY = Aim(
    band="likely",
    levels=(0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    wanted=0.88,
    at_least=0.8,
    head="likely answers from",
    done="answered as likely",
    things="likely answers",
    decides=_is_likely,
    is_right=lambda question: question.right,
)
SUGGEST = Aim(
    band="suggest",
    levels=(0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
    wanted=0.5,
    at_least=0.4,
    head="choices from",
    done="offered",
    things="offers",
    decides=_is_offered,
    is_right=lambda question: question.expected is not None and question.expected in question.choices,
)
"""Choices are worth showing if every second offer holds the right entry; otherwise a person is the shorter way."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What judged questions say about one threshold; the steps are sorted, lowest first."""

    aim: Aim
    in_force: float
    steps: tuple[Step, ...]

    @property
    def best(self) -> Step | None:
        """The lowest step that holds together with all higher ones with enough answers; None if there is none."""
        best = None
        for step in reversed(self.steps):
            if self.aim.holds(step):
                best = step
            elif step.precision < self.aim.wanted:
                break
        return best

    @property
    def figures(self) -> dict[str, object]:
        """Return the advised threshold, None if there is none, and the numbers of each step."""
        return {"advised": self.best.threshold if self.best else None, "steps": [step.figures for step in self.steps]}

    def lines(self) -> list[str]:
        """Render the steps as text, with their mistakes and the advice."""
        things = self.aim.things.split()[-1]
        said = [f"{self.aim.head:>26}  {things:>7} {'right':>6} {'at least':>8} {'coverage':>8} {'unanswerable':>12}"]
        for step in self.steps:
            mark = "  in force" if step.threshold == self.in_force else ""
            right, least = (f"{step.precision:.1%}", f"{step.at_least:.1%}") if step.answered else ("–", "–")
            said.append(
                f"{step.threshold:>26.2f}  {step.answered:>7} {right:>6} {least:>8} {step.coverage:>8.1%}"
                f" {step.unanswerable:>12.1%}{mark}"
            )
        for step in reversed(self.steps):
            if step.mistakes and self.aim is not SUGGEST:
                said += [f"\nwrong from {step.threshold:.2f} on:", *_examples(step.mistakes)]
        return [*said, "", self._sentence()]

    def _sentence(self) -> str:
        aim, best = self.aim, self.best
        now = next(step for step in self.steps if step.threshold == self.in_force)
        if best is None:
            return (
                f"Too few of these questions are {aim.done} surely enough to advise {aim.setting}: it takes"
                f" {aim.fewest} right {aim.things} and no wrong one, or more of both. More questions that people really"
                " asked would help."
            )
        if best == now:
            return f"{aim.setting}={self.in_force:g} is what these questions speak for."
        return (
            f"These questions speak for {aim.setting}={best.threshold:g}: {best.coverage:.0%} of what the knowledge"
            f" covers would be {aim.done} rightly instead of {now.coverage:.0%}, and {best.precision:.1%} of the"
            f" {aim.things} would be right instead of {now.precision:.1%}."
        )


def advise(questions: Sequence[Asked], thresholds: Thresholds) -> tuple[Advice, Advice, Advice]:
    """Return the advice on the thresholds for answers, likely answers and choices; `thresholds` are those in force."""
    return (
        _advise(questions, ANSWER, thresholds.answer, thresholds),
        _advise(questions, LIKELY, thresholds.likely, thresholds),
        _advise(questions, SUGGEST, thresholds.suggest, thresholds),
    )


def _advise(questions: Sequence[Asked], aim: Aim, in_force: float, thresholds: Thresholds) -> Advice:
    answerable = sum(question.expected is not None for question in questions)
    least, most = {
        "answer": (0.0, 1.0),
        "likely": (thresholds.suggest, thresholds.answer),
        "suggest": (0.0, thresholds.likely),
    }[aim.band]
    levels = sorted({*(level for level in aim.levels if least <= level <= most), in_force})
    found = []
    for level, above in zip(levels, [*levels[1:], 2.0], strict=True):
        decided = [question for question in questions if aim.decides(question, level, thresholds)]
        right = sum(map(aim.is_right, decided))
        mistakes = (q for q in decided if not aim.is_right(q) and not aim.decides(q, above, thresholds))
        found.append(
            Step(
                level,
                len(decided),
                right,
                right / max(answerable, 1),
                sum(question.expected is None for question in decided) / max(len(questions) - answerable, 1),
                tuple(mistakes),
            )
        )
    return Advice(aim, in_force, tuple(found))


def picture(advice: Advice) -> str:
    """Render the steps that answer anything as an SVG chart: precision against the share of answered questions."""
    answering = [step for step in advice.steps if step.answered]
    marks = {advice.in_force: "in force"}
    if advice.best and advice.best.threshold != advice.in_force:
        marks[advice.best.threshold] = "advised"
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


def _examples(mistakes: Sequence[Asked]) -> Iterable[str]:
    for question in sorted(mistakes, key=lambda question: -question.confidence)[:_EXAMPLES]:
        yield "  " + question.sentence
    if len(mistakes) > _EXAMPLES:
        yield f"  … and {len(mistakes) - _EXAMPLES} more"
