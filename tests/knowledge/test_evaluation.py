"""The figures of an evaluation, and the errors that it reports in its files."""

import json
import math

import numpy as np
import pytest

from infra.errors import PlainError
from knowledge.quality.evaluation import (
    EvalEntry,
    EvalQuery,
    auroc,
    calibration_error,
    coverage_at,
    evaluate,
    read_knowledge,
    read_queries,
)

KNOWLEDGE = [
    EvalEntry("password", "Как восстановить пароль?", ("забыл пароль",), "ru"),
    EvalEntry("refund", "Как вернуть деньги за заказ?", (), "ru"),
    EvalEntry("delivery", "How long does delivery take?", (), "en"),
]


def test_a_run_counts_what_it_asked() -> None:
    told = []
    report = evaluate(
        KNOWLEDGE,
        [
            EvalQuery("как восстановить пароль", "ru", "password"),
            EvalQuery("как вернуть деньги за заказ", "ru", "refund"),
            EvalQuery("how long does delivery take", "ru", "refund"),
            EvalQuery("wxyz", "en", None),
        ],
        lambda asked, total: told.append((asked, total)),
    )

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert report.queries == 4
    assert report.entries == 3
    assert report.accuracy_at_1 == pytest.approx(2 / 3)
    assert report.oos_auroc == 1.0
    assert report.oos_answered == 0.0
    assert report.index_bytes > 1000


def test_a_right_entry_in_second_place_counts_half_in_the_reciprocal_rank() -> None:
    report = evaluate(
        [EvalEntry("in", "delivery in town", (), "en"), EvalEntry("out", "delivery abroad", (), "en")],
        [EvalQuery("delivery in town", "en", "out")],
    )

    assert report.accuracy_at_1 == 0.0
    assert report.recall_at_3 == 1.0
    assert report.mrr_at_10 == 0.5


def test_without_questions_outside_the_knowledge_their_figures_are_unknown() -> None:
    report = evaluate(KNOWLEDGE, [EvalQuery("забыл пароль", "ru", "password")])

    assert report.accuracy_at_1 == 1.0
    assert math.isnan(report.oos_auroc)
    assert math.isnan(report.oos_answered)


def test_a_question_that_expects_an_unknown_entry_is_refused() -> None:
    with pytest.raises(PlainError, match="Question 1 expects the entry 'gone'"):
        evaluate(KNOWLEDGE, [EvalQuery("забыл пароль", "ru", "gone")])


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx(3.5 / 4)


def test_coverage_takes_the_best_threshold_that_holds_the_precision() -> None:
    confidences = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, True])

    assert coverage_at(0.95, confidences, right, 4) == 0.5
    assert coverage_at(0.75, confidences, right, 4) == 0.75


def test_coverage_never_cuts_between_equal_confidences() -> None:
    assert coverage_at(0.95, np.array([0.9, 0.9]), np.array([True, False]), 2) == 0.0


def test_calibration_error_is_the_distance_of_confidence_from_truth() -> None:
    assert calibration_error(np.array([0.95, 0.95]), np.array([True, False])) == pytest.approx(0.45)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0


def test_files_are_read_in_order_with_blank_lines_skipped() -> None:
    entry = {"id": 7, "question": "Q?", "alternatives": ["a", "b"], "answer": "A", "category": "c", "lang": "en"}

    assert read_knowledge([json.dumps(entry), "\n"]) == [EvalEntry("7", "Q?", ("a", "b"), "en", "A")]
    assert read_queries(['{"text": "t", "lang": "en", "expected": null}']) == [EvalQuery("t", "en", None)]
    assert read_queries(['{"text": "", "lang": "en", "expected": null}']) == [EvalQuery("", "en", None)]
    assert read_queries(['{"text": "t", "lang": "en", "expected": 7}']) == [EvalQuery("t", "en", "7")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "Line 1: not a JSON object"),
        (["[]"], "Line 1: a JSON object is needed"),
        (['{"question": "q", "lang": "en"}'], 'Line 1, field "id"'),
        (["", '{"id": "a", "question": " ", "lang": "en"}'], 'Line 2, field "question": a text'),
        (['{"id": "a", "question": "q"}'], 'Line 1, field "lang"'),
        (['{"id": "a", "question": "q", "lang": "en", "alternatives": "x"}'], 'field "alternatives": a list of texts'),
        (['{"id": "a", "question": "q", "lang": "en"}'] * 2, "Line 2, field \"id\": 'a' already stands on line 1"),
    ],
)
def test_faults_in_knowledge_name_line_field_and_reason(lines: list[str], message: str) -> None:
    with pytest.raises(PlainError, match=message):
        read_knowledge(lines)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "t", "lang": "en"}', 'Line 1, field "expected": missing'),
        ('{"text": "t", "lang": "en", "expected": true}', 'Line 1, field "expected": a text or a whole number'),
        ('{"text": 5, "lang": "en", "expected": null}', 'Line 1, field "text": a text is needed'),
    ],
)
def test_faults_in_queries_name_line_field_and_reason(line: str, message: str) -> None:
    with pytest.raises(PlainError, match=message):
        read_queries([line])
