"""The matcher beside the ready string scorers: one table and four plots in `benchmarks/results/`.

    python benchmarks/matching.py DATA [--out FOLDER]

DATA holds one folder per set with `knowledge.jsonl`, `queries.jsonl` and, if any, noisy copies `queries.KIND.jsonl`. The
weights in the repository were learned on the sets that `weights.json` names: for those the table shows what the product
does, not what it would do on unseen knowledge; `train_matching.py` prints the cross-validated figures.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process, utils

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.plots import chart
from knowledge.evaluation import EvalEntry, EvalQuery, evaluate, read_knowledge, read_queries
from knowledge.matching import Matcher, Phrasing

_SCORERS = {"ratio": fuzz.ratio, "token_set_ratio": fuzz.token_set_ratio, "WRatio": fuzz.WRatio}


def sets(data: Path) -> dict[str, tuple[list[EvalEntry], dict[str, list[EvalQuery]]]]:
    found = {}
    for folder in sorted(path for path in data.iterdir() if (path / "knowledge.jsonl").exists()):
        knowledge = read_knowledge((folder / "knowledge.jsonl").read_text(encoding="utf-8").splitlines())
        queries = {}
        for path in sorted(folder.glob("queries*.jsonl")):
            kind = path.name.split(".")[1] if path.name.count(".") > 1 else "clean"
            queries[kind] = read_queries(path.read_text(encoding="utf-8").splitlines())
        found[folder.name] = (knowledge, queries)
    return found


def accuracy_of(scorer: str, knowledge: list[EvalEntry], queries: list[EvalQuery]) -> float:
    """accuracy@1 of one pass over all phrasings with a ready scorer."""
    texts = [(entry.id, text) for entry in knowledge for text in (entry.question, *entry.alternatives)]
    choices = [utils.default_process(text) for _, text in texts]
    right = total = 0
    for query in queries:
        if query.expected is not None:
            best = process.extractOne(utils.default_process(query.text), choices, scorer=_SCORERS[scorer])
            right += best is not None and texts[best[2]][0] == query.expected
            total += 1
    return right / max(total, 1)


def confidences(
    knowledge: list[EvalEntry], queries: list[EvalQuery]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Confidence of the best candidate, whether it is right, and whether there is an answer, per question."""
    places = {entry.id: place for place, entry in enumerate(knowledge)}
    matcher = Matcher.build(
        Phrasing(places[entry.id], text, entry.lang)
        for entry in knowledge
        for text in (entry.question, *entry.alternatives)
    )
    rows = []
    for query in queries:
        best = next(iter(matcher.match(query.text, languages=(query.lang,), limit=1).candidates), None)
        right = best is not None and query.expected is not None and best.entry_id == places[query.expected]
        rows.append((best.confidence if best else 0.0, right, query.expected is not None))
    table = np.array(rows)
    return table[:, 0], table[:, 1] > 0, table[:, 2] > 0


def precision_by_coverage(
    chance: NDArray[np.float64], right: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> list[tuple[float, float]]:
    points = []
    for level in np.linspace(0.98, 0.1, 23):
        answered = chance >= level
        if answered.any():
            points.append((float((right & answered).sum() / inside.sum()), float(right[answered].mean())))
    return points


def reliability(chance: NDArray[np.float64], right: NDArray[np.bool_]) -> list[tuple[float, float]]:
    bins = np.minimum((chance * 10).astype(int), 9)
    return [
        (float(chance[bins == number].mean()), float(right[bins == number].mean()))
        for number in range(10)
        if (bins == number).any()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    lines = [
        "| set | questions | @1 | @3 | OOS AUROC | answered right | coverage | p50 ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    by_kind: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    results: dict[str, dict[str, object]] = {}
    coverage, chances, truths = {}, [], []
    begun = time.monotonic()
    for name, (knowledge, kinds) in sets(options.data).items():
        for kind, queries in kinds.items():
            report = evaluate(knowledge, queries)
            results[f"{name}.{kind}"] = asdict(report)
            by_kind[kind]["frontdesk"].append(report.accuracy_at_1)
            lines.append(
                f"| {name} | {kind} | {report.accuracy_at_1:.3f} | {report.recall_at_3:.3f} | {report.oos_auroc:.3f}"
                f" | {report.auto_answer_precision:.3f} | {report.auto_answer_coverage:.3f} | {report.p50_ms:.2f} |"
            )
            for scorer in _SCORERS:
                by_kind[kind][scorer].append(
                    accuracy_of(scorer, knowledge, queries[::3])
                )  # they are slow: a third will do
        chance, right, inside = confidences(knowledge, kinds["clean"])
        coverage[name] = precision_by_coverage(chance, right, inside)
        chances.append(chance)
        truths.append(right)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    kinds_shown = sorted(by_kind, key=lambda kind: (kind != "clean", kind))
    lines += ["", "| mean @1 | " + " | ".join(["frontdesk", *_SCORERS]) + " |", "|---|" + "---|" * (len(_SCORERS) + 1)]
    for kind in kinds_shown:
        means = [f"{np.mean(by_kind[kind][method]):.3f}" for method in ("frontdesk", *_SCORERS)]
        lines.append(f"| {kind} | " + " | ".join(means) + " |")
    plots = {
        "accuracy": chart(
            "Accuracy@1 by kind of noise, mean of the sets that have it",
            "noise",
            "accuracy@1",
            {
                method: [(place, float(np.mean(by_kind[kind][method]))) for place, kind in enumerate(kinds_shown)]
                for method in ("frontdesk", *_SCORERS)
            },
            kinds_shown,
        ),
        "precision": chart(
            "Precision of answers against coverage", "answerable questions answered rightly", "precision", coverage
        ),
        "reliability": chart(
            "Reliability of the confidence, all sets",
            "confidence",
            "share right",
            {"frontdesk": reliability(np.concatenate(chances), np.concatenate(truths)), "ideal": [(0, 0), (1, 1)]},
        ),
    }
    for plot, svg in plots.items():
        (options.out / f"matching-{plot}.svg").write_text(svg, encoding="utf-8")
    (options.out / "matching.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (options.out / "matching.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
