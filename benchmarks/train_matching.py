"""Learns the weights of the matcher and cross-validates them between knowledge bases.

    python benchmarks/train_matching.py DATA [--write] [--kinds clean,typo3,…]

DATA holds one folder per set with `knowledge.jsonl`, `queries.jsonl` and noisy copies `queries.KIND.jsonl`. Sets that
share a knowledge base (the same name up to the first `_`) form one family: each family is judged by weights that were
learned on the others only. `--write` learns on all of them and replaces `knowledge/matching/weights.json`.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from knowledge.matching import Matcher, Phrasing
from knowledge.matching import confidence as conf
from knowledge.matching.confidence import circumstances

Array = NDArray[np.float64]


@dataclass
class Case:
    """One judged query: feature rows of the nearest entries and the place of the right one (-1: not found, -2: none)."""

    rows: Array
    right: int
    known: float
    words: int
    weight: float = 1.0


@dataclass
class Set:
    name: str
    kind: str
    cases: list[Case]

    @property
    def family(self) -> str:
        return self.name.split("_")[0]


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def collect(data: Path, kinds: set[str] | None) -> list[Set]:
    sets = []
    for folder in sorted(p for p in data.iterdir() if (p / "knowledge.jsonl").exists()):
        knowledge = read(folder / "knowledge.jsonl")
        place = {entry["id"]: number for number, entry in enumerate(knowledge)}
        matcher = Matcher.build(
            Phrasing(number, text, entry["lang"])
            for number, entry in enumerate(knowledge)
            for text in [entry["question"], *entry["alternatives"]]
        )
        for path in sorted(folder.glob("queries*.jsonl")):
            kind = path.name.split(".")[1] if path.name.count(".") > 1 else "clean"
            if kinds and kind not in kinds:
                continue
            cases = []
            for query in read(path):
                asked, found = matcher.examine(query["text"])
                known = asked.share
                entries = found.entries.tolist()
                right = -2 if query["expected"] is None else -1
                if query["expected"] is not None and place[query["expected"]] in entries:
                    right = entries.index(place[query["expected"]])
                cases.append(Case(found.rows.astype(np.float64), right, known, len(asked.forms)))
            sets.append(Set(folder.name, kind, cases))
    return sets


def learn_order(sets: list[Set], decay: float = 2e-3) -> Array:
    """Listwise softmax by Newton steps: the right entry should outscore the others of its list."""
    lists = []
    for part in sets:
        own = [case for case in part.cases if case.right >= 0 and len(case.rows) > 1]
        share = (1.0 if part.kind == "clean" else 0.4) / max(len(own), 1)
        lists += [(case.rows, case.right, share) for case in own]
    scale = np.vstack([rows for rows, _, _ in lists]).std(axis=0) + 1e-6
    width = len(scale)
    starts = np.cumsum([0] + [len(rows) for rows, _, _ in lists])[:-1]
    stacked = np.vstack([rows for rows, _, _ in lists]) / scale
    right = starts + np.array([place for _, place, _ in lists])
    share = np.array([value for _, _, value in lists])
    share /= share.sum()
    segment = np.repeat(np.arange(len(lists)), [len(rows) for rows, _, _ in lists])
    def loss(candidate: Array) -> tuple[float, Array]:
        scores = stacked @ candidate
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exp = np.exp(scores)
        total = np.add.reduceat(exp, starts)
        value = -float(share @ (scores[right] - np.log(total))) + 0.5 * decay * float(candidate @ candidate)
        return value, exp / total[segment]

    weights = np.zeros(width)
    value, chance = loss(weights)
    for _ in range(40):
        mean = np.add.reduceat(stacked * chance[:, None], starts)
        gradient = (share[:, None] * (stacked[right] - mean)).sum(axis=0) - decay * weights
        heavy = stacked * (chance * share[segment])[:, None]
        hessian = stacked.T @ heavy - (mean * share[:, None]).T @ mean + decay * np.eye(width)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-4:
            new, new_chance = loss(weights + size * step)
            if new <= value:
                break
            size /= 2
        else:
            break
        gain = value - new
        weights, value, chance = weights + size * step, new, new_chance
        if gain < 1e-9:
            break
    return weights / scale


def judged(case: Case, order: Array) -> tuple[Array, int, Array]:
    """The circumstances of the first entry, the rank of the right one (-1 missing, -2 none), and the ordered scores."""
    scores = case.rows @ order
    ranking = np.argsort(-scores, kind="stable")
    rank = int(np.flatnonzero(ranking == case.right)[0]) if case.right >= 0 else case.right
    best = ranking[:5]
    return circumstances(scores[best], case.rows[best], case.known, case.words), rank, scores[best]


def learn_confidence(sets: list[Set], order: Array, decay: float = 1e-3) -> tuple[Array, float]:
    """Logistic regression by Newton steps: is the first entry the right one?"""
    rows, truth, share = [], [], []
    for part in sets:
        own = [case for case in part.cases if len(case.rows)]
        for case in own:
            around, rank, _ = judged(case, order)
            rows.append(around)
            truth.append(rank == 0)
            share.append((1.0 if part.kind == "clean" else 0.4) / len(own))
    x, y, w = np.array(rows, np.float64), np.array(truth, np.float64), np.array(share)
    w /= w.sum()
    middle, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.hstack([(x - middle) / scale, np.ones((len(x), 1))])
    weights = np.zeros(x.shape[1])
    ridge = decay * np.eye(x.shape[1])
    ridge[-1, -1] = 0
    for _ in range(30):
        chance = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (w * (y - chance)) - ridge @ weights
        hessian = (x * (w * chance * (1 - chance))[:, None]).T @ x + ridge + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-7:
            break
    slopes = weights[:-1] / scale
    return slopes, float(weights[-1] - slopes @ middle)


def auroc(inside: Array, outside: Array) -> float:
    both = np.concatenate([inside, outside])
    order = np.argsort(both, kind="stable")
    ranks = np.empty(len(both))
    ranks[order] = np.arange(1, len(both) + 1)
    for value in np.unique(both):
        tie = both == value
        ranks[tie] = ranks[tie].mean()
    return float((ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(outside)))


def outcome(part: Set, order: Array, slopes: Array, bias: float) -> tuple[Array, NDArray[np.int64], NDArray[np.bool_]]:
    """Confidence, rank of the right entry and whether there is one, per case."""
    chances, ranks, inside = [], [], []
    for case in part.cases:
        if not len(case.rows):
            chances.append(0.0)
            ranks.append(case.right if case.right < 0 else -1)
        else:
            around, rank, _ = judged(case, order)
            chances.append(float(1 / (1 + np.exp(-(around @ slopes + bias)))))
            ranks.append(rank)
        inside.append(case.right != -2)
    return np.array(chances), np.array(ranks), np.array(inside)


def ece(chance: Array, truth: NDArray[np.bool_]) -> float:
    bins = np.minimum((chance * 10).astype(int), 9)
    return float(sum(abs(chance[bins == b].sum() - truth[bins == b].sum()) for b in range(10)) / len(chance))


def report(sets: list[Set]) -> None:
    table = defaultdict(list)
    pooled = []
    families = sorted({part.family for part in sets})
    for family in families:
        others = [part for part in sets if part.family != family]
        order = learn_order(others)
        slopes, bias = learn_confidence(others, order)
        for part in sets:
            if part.family != family:
                continue
            chance, rank, inside = outcome(part, order, slopes, bias)
            first, third = (rank[inside] == 0).mean(), ((rank[inside] >= 0) & (rank[inside] < 3)).mean()
            reach = (rank[inside] >= 0).mean()
            area = auroc(chance[inside], chance[~inside])
            right = inside & (rank == 0)
            line = f"{part.name:16s} {part.kind:8s} @1 {first:.3f} @3 {third:.3f} @40 {reach:.3f} auroc {area:.3f}"
            for level in (0.9, 0.8):
                answered = chance >= level
                precision = right[answered].mean() if answered.any() else float("nan")
                line += (
                    f" | p>={level} prec {precision:.3f} cov {(answered & right).sum() / inside.sum():.3f}"
                    f" oos {(answered & ~inside).sum() / (~inside).sum():.3f}"
                )
            line += f" ece {ece(chance, right):.3f}"
            if part.kind == "clean":
                pooled.append((chance, right, inside))
                print(line)
            table[part.kind].append((first, third, area))
    for kind, values in sorted(table.items()):
        mean = np.mean(values, axis=0)
        print(f"mean {kind:8s} n={len(values)} @1 {mean[0]:.3f} @3 {mean[1]:.3f} auroc {mean[2]:.3f}")
    if pooled:
        print("macro: level, precision (mean/min), coverage, oos answered")
        for level in (0.8, 0.85, 0.9, 0.93, 0.95):
            stats = []
            for chance, right, inside in pooled:
                answered = chance >= level
                stats.append(
                    (
                        right[answered].mean() if answered.any() else 1.0,
                        (answered & right).sum() / inside.sum(),
                        (answered & ~inside).sum() / (~inside).sum(),
                    )
                )
            mean, low = np.mean(stats, axis=0), np.min(stats, axis=0)
            print(f"  {level:.2f} {mean[0]:.3f}/{low[0]:.3f} {mean[1]:.3f} {mean[2]:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    begun = time.monotonic()
    sets = collect(options.data, set(options.kinds.split(",")) if options.kinds else None)
    print(f"collected {len(sets)} sets in {time.monotonic() - begun:.0f} s", flush=True)
    report(sets)
    order = learn_order(sets)
    slopes, bias = learn_confidence(sets, order)
    from knowledge.matching.features import NAMES

    for name, value in zip(NAMES, order, strict=True):
        print(f"  {name:10s} {value:7.2f}")
    print("confidence", np.round(slopes, 2), round(bias, 2))
    if options.write:
        text = json.dumps({"order": np.round(order, 4).tolist(), "confidence": np.round(slopes, 4).tolist(), "bias": bias})
        conf._FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
