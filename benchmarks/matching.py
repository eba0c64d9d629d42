"""Comparison of the matcher with string scorers and BM25 in one run: tables and plots in `benchmarks/results/`.

    python benchmarks/matching.py [DATA] [--quick] [--ablate] [--out FOLDER]

DATA holds one folder per set with `knowledge.jsonl`, `queries.jsonl` and, if any, noisy copies `queries.KIND.jsonl`;
without it the project's own questions about its example help centre are used. The weights in the repository were
trained on the sets that `weights.json` names: for those the table does not predict the results on unseen knowledge
bases; `train_matching.py` prints the cross-validated figures. `--quick` omits time against size. `--ablate` only prints
what leaving out each group of columns and each rule changes, each family judged by weights of the others.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ablation import ablate
from benchmarks.matching_baselines import BASELINES
from benchmarks.matching_growth import GROWTH, growth, growth_plot, growth_table
from benchmarks.matching_sets import JudgedSet, example_set, sets
from infra.charts import Axes, chart
from knowledge.matching import Band
from knowledge.quality.evaluation import Asked, EvalEntry, EvalQuery, Report, calibration_error, evaluate

_OURS = "frontdesk"
_METHODS = (_OURS, *BASELINES)
_EVERY = 3  # the scorers are slow: a third of the questions is enough


@dataclass(slots=True)
class Results:
    """All results: our report by set and kind, and each method's accuracy@1 by kind, one number per set."""

    reports: dict[tuple[str, str], Report] = field(default_factory=dict)
    by_kind: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    @property
    def kinds(self) -> list[str]:
        return sorted(self.by_kind, key=lambda kind: (kind != "clean", kind))

    @property
    def clean(self) -> dict[str, tuple[Asked, ...]]:
        return {name: report.questions for (name, kind), report in self.reports.items() if kind == "clean"}


def judge(judged: Sequence[JudgedSet]) -> Results:
    results = Results()
    for one in judged:
        for kind, queries in one.queries.items():
            with click.progressbar(length=len(queries), label=f"{one.name} {kind}", file=sys.stderr) as bar:
                report = evaluate(one.knowledge, queries, lambda _done, _all, bar=bar: bar.update(1))
            results.reports[one.name, kind] = report
            results.by_kind[kind][_OURS].append(report.accuracy_at_1)
            for method, share in baselines(one.knowledge, queries[::_EVERY]).items():
                results.by_kind[kind][method].append(share)
    return results


def baselines(knowledge: Sequence[EvalEntry], queries: Sequence[EvalQuery]) -> dict[str, float]:
    """Return each baseline's accuracy@1, with one pass over all phrasings per question."""
    texts = [(entry.id, text) for entry in knowledge for text in (entry.question, *entry.alternatives)]
    answerable = [query for query in queries if query.expected is not None]
    shares = {}
    for name, made in BASELINES.items():
        best = made([text for _, text in texts])
        found = [best(query.text) for query in answerable]
        right = [
            place is not None and texts[place][0] == query.expected
            for place, query in zip(found, answerable, strict=True)
        ]
        shares[name] = float(np.mean(right)) if right else float("nan")
    return shares


def trusted(questions: Sequence[Asked]) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return per question the best candidate's confidence, whether it is right, and whether there is an answer."""
    chance = np.array([question.confidence for question in questions])
    right = np.array([question.right for question in questions])
    return chance, right, np.array([question.expected is not None for question in questions])


def precision_by_coverage(questions: Sequence[Asked]) -> list[tuple[float, float]]:
    chance, right, inside = trusted(questions)
    points = []
    for level in np.linspace(0.98, 0.1, 23):
        answered = chance >= level
        if answered.any():
            points.append((float((right & answered).sum() / inside.sum()), float(right[answered].mean())))
    return points


def reliability(questions: Sequence[Asked]) -> list[tuple[float, float]]:
    chance, right, _ = trusted(questions)
    bins = np.minimum((chance * 10).astype(int), 9)
    return [
        (float(chance[bins == number].mean()), float(right[bins == number].mean()))
        for number in range(10)
        if (bins == number).any()
    ]


def tables(results: Results) -> list[str]:
    lines = [
        "| set | questions | @1 | @3 | OOS AUROC | answered right | coverage | unanswerable answered"
        " | offered, right among 3"
        " | calibration error | p50 ms | p99 ms |",
        "|---|" + "---|" * 11,
    ]
    for (name, kind), report in results.reports.items():
        offered = [question for question in report.questions if question.band is Band.SUGGEST]
        share = np.mean([question.expected in question.found for question in offered]) if offered else float("nan")
        lines.append(
            f"| {name} | {kind} | {report.accuracy_at_1:.3f} | {report.recall_at_3:.3f} | {report.oos_auroc:.3f}"
            f" | {report.auto_answer_precision:.3f} | {report.auto_answer_coverage:.3f} | {report.oos_answered:.3f}"
            f" | {share:.3f} | {report.calibration_error:.3f} | {report.p50_ms:.2f} | {report.p99_ms:.2f} |"
        )
    lines += ["", "| mean @1 | " + " | ".join(_METHODS) + " |", "|---|" + "---|" * len(_METHODS)]
    for kind in results.kinds:
        means = [f"{np.mean(results.by_kind[kind][method]):.3f}" for method in _METHODS]
        lines.append(f"| {kind} | " + " | ".join(means) + " |")
    return lines


def plots(results: Results) -> dict[str, str]:
    everything = [question for questions in results.clean.values() for question in questions]
    chance, right, _ = trusted(everything)
    return {
        "accuracy": chart(
            "Accuracy@1 by kind of noise, mean of the sets that have it",
            Axes("noise", "accuracy@1", results.kinds),
            {
                method: [
                    (place, float(np.mean(results.by_kind[kind][method]))) for place, kind in enumerate(results.kinds)
                ]
                for method in _METHODS
            },
        ),
        "precision": chart(
            "Precision of answers against coverage",
            Axes("answerable questions answered rightly", "precision"),
            {name: precision_by_coverage(questions) for name, questions in results.clean.items()},
        ),
        "reliability": chart(
            f"Reliability of the confidence, expected calibration error {calibration_error(chance, right):.3f}",
            Axes("confidence", "share right"),
            {_OURS: reliability(everything), "ideal": [(0, 0), (1, 1)]},
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="?", help="folder of sets; without it, the project's own questions")
    parser.add_argument("--quick", action="store_true", help="leave out time against size")
    parser.add_argument("--ablate", action="store_true", help="print what leaving out each column and rule changes")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results"))
    options = parser.parse_args()
    if options.ablate:
        for line in ablate(options.data):
            print(line, flush=True)
        return
    options.out.mkdir(parents=True, exist_ok=True)
    results = judge(sets(options.data) if options.data else [example_set()])
    lines, drawn = tables(results), plots(results)
    if not options.quick:
        measured = growth(GROWTH)
        lines += ["", *growth_table(measured)]
        drawn["time"] = growth_plot(measured)
    name = "matching" if options.data else "matching-examples"
    for plot, svg in drawn.items():
        (options.out / f"{name}-{plot}.svg").write_text(svg, encoding="utf-8")
    figures = {f"{one}.{kind}": report.figures for (one, kind), report in results.reports.items()}
    (options.out / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (options.out / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
