"""Threshold advice from judged questions."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from knowledge.matching import Band, Thresholds
from knowledge.quality.advice import ANSWER, Advice, Step, advise, picture
from knowledge.quality.evaluation import Asked, EvalEntry, EvalQuery, evaluate

IN_FORCE = Thresholds(0.88, 0.6, 0.2)


def asked(confidence: float, *, right: bool = True, known: bool = True, held_back: bool = False) -> Asked:
    expected = ("it" if right else "other") if known else None
    band = Band.ANSWER if confidence >= IN_FORCE.answer and not held_back else Band.SUGGEST
    return Asked("how do i", "en", expected, ("it",), band, confidence, held_back)


def answers(questions: Sequence[Asked], in_force: Thresholds = IN_FORCE) -> Advice:
    return advise(questions, in_force)[0]


def step(questions: Sequence[Asked], threshold: float) -> Step:
    return next(found for found in answers(questions).steps if found.threshold == threshold)


def test_each_step_counts_what_it_would_have_answered() -> None:
    questions = [asked(0.99), asked(0.82), asked(0.81, right=False), asked(0.72, known=False), asked(0.1)]
    assert [found.threshold for found in answers(questions).steps] == sorted(ANSWER.levels)
    assert step(questions, 0.95).figures == {
        "threshold": 0.95, "answered": 1, "right": 1, "precision": 1.0, "at_least": pytest.approx(0.27, abs=0.01),
        "coverage": 0.25, "unanswerable": 0.0,
    }  # fmt: skip
    assert (step(questions, 0.8).answered, step(questions, 0.8).right) == (3, 2)
    assert step(questions, 0.8).mistakes == (questions[2],)
    assert (step(questions, 0.7).coverage, step(questions, 0.7).unanswerable) == (0.5, 1.0)
    assert step(questions, 0.7).mistakes == (questions[3],)  # the other one was wrong at .8 already
    assert step(questions, 0.5).mistakes == ()


def test_a_threshold_of_ones_own_is_a_step_too() -> None:
    questions = [asked(0.99), asked(0.91)]
    [marked] = [line for line in answers(questions, Thresholds(0.93)).lines() if line.endswith("in force")]
    assert marked.split()[:2] == ["0.93", "1"]


def test_what_the_matcher_holds_back_no_threshold_answers() -> None:
    assert step([asked(0.9, held_back=True)], 0.5).answered == 0
    knowledge = [
        EvalEntry("password", "password", ("password forgotten, what now",), "en"),
        EvalEntry("weather", "how is the weather forecast made", (), "en"),
    ]
    queries = [EvalQuery(text, "en", "password") for text in ("password", "hello, forgotten", "forgotten password")]
    report = evaluate(knowledge, queries, thresholds=Thresholds(0.0, 0.0, 0.0))
    assert [question.held_back for question in report.questions] == [False, True, False]
    assert [question.band for question in report.questions] == [Band.ANSWER, Band.SUGGEST, Band.ANSWER]


@pytest.mark.parametrize(("answered", "right", "least"), [(25, 25, 0.9024), (24, 24, 0.8987), (100, 95, 0.9004)])
def test_what_is_true_at_least(answered: int, right: int, least: float) -> None:
    """By the formula of Wilson (1927) with z = 1.645; for no mistake it is n / (n + z²)."""
    found = Step(0.9, answered, right, 0.0, 0.0, ())
    assert found.at_least == pytest.approx(least, abs=5e-4)
    assert ANSWER.holds(found) is (least >= 0.9)


def test_the_lowest_that_holds_is_advised() -> None:
    questions = [*[asked(0.92)] * 30, *[asked(0.77)] * 10, *[asked(0.65, right=False)] * 20]
    best = answers(questions).best
    assert best is not None
    assert best.threshold == 0.7
    said = answers(questions).lines()
    assert said[-1] == (
        "These questions speak for FRONTDESK_ANSWER_CONFIDENCE=0.7: 67% of what the knowledge covers would be answered"
        " rightly instead of 50%, and 100.0% of the answers would be right instead of 100.0%."
    )
    place = said.index("\nwrong from 0.60 on:")
    assert said[place + 1 : place + 5] == [
        *["  [en] how do i → it (65%, expected other)"] * 3,
        "  … and 17 more",
    ]


def test_a_step_below_a_bad_one_is_not_advised() -> None:
    questions = [*[asked(0.92)] * 30, *[asked(0.82, right=False)] * 10, *[asked(0.72)] * 400]
    best = answers(questions).best
    assert best is not None
    assert best.threshold == 0.85


def test_a_threshold_that_answers_wrongly_is_raised() -> None:
    questions = [*[asked(0.96)] * 40, *[asked(0.89, right=False)] * 10]
    said = answers(questions).lines()[-1]
    assert "FRONTDESK_ANSWER_CONFIDENCE=0.9:" in said
    assert "100.0% of the answers would be right instead of 80.0%" in said


def test_few_questions_speak_for_nothing() -> None:
    questions = [asked(0.95)] * 10
    assert answers(questions).best is None
    assert answers(questions).lines()[-1].startswith("Too few of these questions are answered surely enough")
    assert answers([]).best is None


def test_the_one_in_force_may_be_the_right_one() -> None:
    questions = [*[asked(0.89)] * 40, *[asked(0.86, right=False)] * 20]
    assert answers(questions).lines()[-1].startswith("FRONTDESK_ANSWER_CONFIDENCE=0.88 is what")


def test_the_picture_has_a_point_for_all_thresholds_that_answer_the_same() -> None:
    questions = [*[asked(0.96)] * 30, *[asked(0.72)] * 10, *[asked(0.65, right=False)] * 5]
    drawn = picture(answers(questions))
    named = ("0.75–0.95, 0.88 in force", "0.70 advised", "0.50–0.60")
    assert all(f">{name}</text>" in drawn for name in named)
    assert drawn.count("<circle") == 2 * len(named)
    assert picture(answers([])).count("<circle") == 0


# --- likely answers and choices ---------------------------------------------------------------------------------------


def guessed(confidence: float, *, right: bool = True, ahead: bool = True) -> Asked:
    return replace(asked(confidence, right=right), ahead=ahead, choices=("it",))


def test_a_likely_answer_needs_a_lead_and_counts_where_nothing_is_answered() -> None:
    questions = [guessed(0.9), guessed(0.7), guessed(0.7, ahead=False), guessed(0.65, right=False), guessed(0.4)]
    _, likely, _ = advise(questions, IN_FORCE)
    assert [found.threshold for found in likely.steps] == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    at = {found.threshold: found for found in likely.steps}
    assert (at[0.6].answered, at[0.6].right, at[0.6].coverage) == (2, 1, 0.2)
    assert at[0.6].mistakes == (questions[3],)
    assert at[0.4].answered == 3


def test_the_lowest_threshold_for_likely_answers_is_advised() -> None:
    questions = [*[guessed(0.75)] * 20, *[guessed(0.45)] * 12, *[guessed(0.35, right=False)] * 12]
    _, likely, _ = advise(questions, IN_FORCE)
    assert likely.best is not None
    assert likely.best.threshold == 0.4
    assert likely.lines()[-1].startswith("These questions speak for FRONTDESK_LIKELY_CONFIDENCE=0.4: ")
    assert "  [en] how do i → it (35%, expected other)" in likely.lines()


def test_choices_are_right_if_they_hold_the_entry() -> None:
    right = replace(asked(0.3, right=False), choices=("it", "other"))
    wrong = replace(asked(0.1, known=False), choices=("it",))
    _, _, suggest = advise([*[right] * 10, *[wrong] * 30, guessed(0.85), asked(0.95)], IN_FORCE)
    at = {found.threshold: found for found in suggest.steps}
    assert (at[0.2].answered, at[0.2].right) == (10, 10), "what is answered at once gets no choices"
    assert (at[0.1].answered, at[0.1].unanswerable) == (40, 1.0)
    assert suggest.best is not None
    assert suggest.best.threshold == 0.15


def test_thresholds_are_advised_in_order() -> None:
    answer, likely, suggest = advise([guessed(0.7)], Thresholds(0.55, 0.55, 0.25))
    assert max(found.threshold for found in likely.steps) == answer.in_force == likely.in_force
    assert min(found.threshold for found in likely.steps) >= suggest.in_force
    assert max(found.threshold for found in suggest.steps) <= likely.in_force
    assert "in force" in next(line for line in likely.lines() if line.split()[0] == "0.55")
