"""Comparison of two evaluations: changed figures, changed questions, and failures of the comparison."""

import json
from dataclasses import asdict

import pytest

from infra.errors import PlainError
from knowledge.matching import Thresholds
from knowledge.quality.comparison import Baseline, compare, read_baseline
from knowledge.quality.evaluation import EvalEntry, EvalQuery, Report, evaluate

PASSWORD = EvalEntry("password", "Как восстановить пароль от страницы?", (), "ru")
REFUND = EvalEntry("refund", "Как вернуть деньги за заказ?", (), "ru")
QUERIES = [
    EvalQuery("как восстановить пароль от страницы", "ru", "password"),
    EvalQuery("как вернуть деньги за заказ", "ru", "refund"),
    EvalQuery("как вернуть деньги за подписку", "ru", None),
]
TIMID = Thresholds(1.0, 1.0, 1.0)
BOLD = Thresholds(0.0, 0.0, 0.0)


def run(*entries: EvalEntry, thresholds: Thresholds | None = None) -> Report:
    return evaluate(entries, QUERIES, thresholds=thresholds)


def saved(report: Report, **more: object) -> Baseline:
    questions = [asdict(question) for question in report.questions]
    return read_baseline(json.dumps({**report.figures, **more, "questions": questions}), "old.json")


def swapped(entry: EvalEntry, other: EvalEntry) -> EvalEntry:
    """The entry with the words of the other."""
    return EvalEntry(entry.id, other.question, (), "ru")


def test_nothing_changed() -> None:
    report = run(PASSWORD, REFUND)
    found = compare(saved(report), report)
    assert all(before == after for _, before, after in found.figures)
    assert (found.worse, found.newly_right, found.newly_wrong, found.newly_answered, found.unmatched) == (
        (),
        (),
        (),
        (),
        0,
    )


def test_a_comparison_that_was_written_with_a_comparison_is_a_report_too() -> None:
    report = run(PASSWORD, REFUND)
    assert compare(saved(report, comparison={"worse": ["x"]}), report).worse == ()


def test_what_became_better_and_worse_is_named() -> None:
    good = run(PASSWORD, REFUND)
    bad = run(swapped(PASSWORD, REFUND), swapped(REFUND, PASSWORD))
    worse = compare(saved(good), bad)
    assert [(question.expected, question.found[0]) for question in worse.newly_wrong] == [
        ("password", "refund"),
        ("refund", "password"),
    ]
    assert worse.newly_right == ()
    assert worse.worse[:1] == ("accuracy_at_1",)
    better = compare(saved(bad), good)
    assert {question.expected for question in better.newly_right} == {"password", "refund"}
    assert (better.newly_wrong, better.worse) == ((), ())


def test_an_answer_where_there_is_none_is_named_and_fails() -> None:
    found = compare(saved(run(PASSWORD, REFUND, thresholds=TIMID)), run(PASSWORD, REFUND, thresholds=BOLD))
    assert [question.text for question in found.newly_answered] == ["как вернуть деньги за подписку"]
    assert found.worse == ("oos_answered",)
    said = found.lines()
    assert "newly answered, though nothing answers them: 1" in "\n".join(said)
    assert next(line for line in said if line.endswith("✕")).split()[:3] == ["oos_answered:", "0", "1"]


@pytest.mark.parametrize(("tolerance", "worse"), [(0.49, ("accuracy_at_1",)), (0.51, ())])
def test_the_tolerance_says_what_is_too_much(tolerance: float, worse: tuple[str, ...]) -> None:
    same = EvalEntry("copy", "Как восстановить пароль от страницы?", (), "ru")
    before, after = run(PASSWORD, REFUND), run(same, PASSWORD, REFUND)  # the copy comes first: one of two is wrong now
    assert before.accuracy_at_1 - after.accuracy_at_1 == 0.5
    assert compare(saved(before), after, tolerance).worse[:1] == worse


def test_a_figure_that_one_of_them_lacks_is_not_compared() -> None:
    report = run(PASSWORD, REFUND)
    before = saved(report)
    del before.figures["accuracy_at_1"]
    before.figures["recall_at_3"] = None
    found = compare(before, run(swapped(PASSWORD, REFUND), swapped(REFUND, PASSWORD)))
    assert ("accuracy_at_1", None, 0.0) in found.figures
    assert {"accuracy_at_1", "recall_at_3"} & set(found.worse) == set()
    assert any(line.split()[:2] == ["accuracy_at_1:", "–"] for line in found.lines())


def test_questions_of_one_run_only_are_counted() -> None:
    before = saved(run(PASSWORD, REFUND))
    after = evaluate([PASSWORD, REFUND], [*QUERIES[:1], EvalQuery("что-то \ud800 новое\nсовсем", "ru", None)])
    found = compare(before, after)
    assert found.unmatched == 3
    assert found.lines()[-1].strip() == "3 questions were asked in one of the two runs only"


def test_the_lines_can_be_printed_whatever_was_asked() -> None:
    ask = [EvalQuery("как вернуть \ud800 деньги\n" + "за заказ " * 50, "ru", None)]
    before = evaluate([REFUND], ask, thresholds=TIMID)
    after = evaluate([REFUND], ask, thresholds=BOLD)
    line = compare(saved(before), after).lines()[-1]
    assert (
        line.encode()
        == (
            f"  [ru] {('как вернуть ? деньги ' + 'за заказ ' * 50)[:120]}…"
            f" → refund ({after.questions[0].confidence:.0%})"
        ).encode()
    )


def test_reports_about_different_questions_are_not_compared() -> None:
    other = evaluate([PASSWORD], [EvalQuery("забыл пароль", "ru", "password")])
    with pytest.raises(PlainError, match=r"^The report to compare with is about other questions"):
        compare(saved(other), run(PASSWORD, REFUND))


@pytest.mark.parametrize(
    "text", ["", "[]", "3", "{", "{}", '{"questions": 5}', '{"questions": [{}]}', '{"questions": [{"band": "maybe"}]}']
)
def test_what_is_no_report_is_said_so(text: str) -> None:
    with pytest.raises(PlainError, match=r"^old\.json is no report of `frontdesk knowledge eval --json`"):
        read_baseline(text, "old.json")
