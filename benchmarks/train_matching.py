"""Learns the weights of the matcher and cross-validates them between knowledge bases.

    python benchmarks/train_matching.py DATA [--write] [--cache FILE]

DATA holds one folder per set with `knowledge.jsonl`, `queries.jsonl` and noisy copies `queries.KIND.jsonl`. Sets that
share a knowledge base (the same name up to the first `_`) form one family: each family is judged by weights that were
learned on the others only. Beside the sets as they are, thinned copies take part in the learning: fewer phrasings per
entry, and some entries left out so that their questions have no answer. `--write` learns on all families and replaces
`knowledge/matching/weights.json`; `--cache` keeps the computed features between runs.
"""

import argparse
import json
import pickle
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from knowledge.evaluation import auroc, calibration_error
from knowledge.matching import Matcher, Phrasing, confidence
from knowledge.matching.confidence import AROUND, circumstances
from knowledge.matching.features import NAMES

Array = NDArray[np.float64]

# Share of each kind of question in the loss, against 1 for the clean ones; of the others every second one is asked.
_KINDS = {"clean": 1.0, "typo3": 0.5, "ramble": 0.3, "translit": 0.3, "nodiac": 0.3}
_THINNED = 0.3
# (phrasings kept per entry or 0 for all, share of entries left out)
_VARIANTS = ((0, 0.25), (1, 0.0), (1, 0.3), (2, 0.2), (4, 0.2), (8, 0.2))
# The only sets with real answers have few phrasings: what answers are worth beside many could only be guessed.
_ANSWER_COLUMNS = [NAMES.index("answered"), NAMES.index("answer_meant")]
_ORDER_DECAY = 5e-2
_CONFIDENCE_DECAY = 1e-3


@dataclass
class Case:
    """One judged query: feature rows of the nearest entries and the place of the right one (-1: missed, -2: none)."""

    rows: NDArray[np.float32]
    right: int
    known: float
    words: int


@dataclass
class Block:
    """The judged queries of one kind against one knowledge base."""

    name: str
    kind: str
    thinned: bool
    richness: float
    cases: list[Case]

    @property
    def family(self) -> str:
        return self.name.split("_")[0]

    @property
    def weight(self) -> float:
        return _KINDS[self.kind] * (_THINNED if self.thinned else 1.0)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def collect(data: Path) -> list[Block]:
    blocks: list[Block] = []
    for folder in sorted(p for p in data.iterdir() if (p / "knowledge.jsonl").exists()):
        knowledge = read(folder / "knowledge.jsonl")
        texts = {entry["id"]: (entry["lang"], [entry["question"], *entry["alternatives"]]) for entry in knowledge}
        queries = {
            path.name.split(".")[1] if path.name.count(".") > 1 else "clean": read(path)
            for path in sorted(folder.glob("queries*.jsonl"))
        }
        queries = {kind: asked if kind == "clean" else asked[::2] for kind, asked in queries.items() if kind in _KINDS}
        # Sets of intents have a placeholder for the answer, from which nothing can be learned.
        answers = {e["id"]: e["answer"] for e in knowledge if e.get("answer") and not e["answer"].startswith("[")}
        blocks += blocks_of(folder.name, texts, answers, queries, thinned=False)
        mean = sum(len(own) for _, own in texts.values()) / len(texts)
        for number, (kept, dropped) in enumerate(_VARIANTS):
            if kept < mean:
                thin = thinned(texts, kept, dropped, random.Random(number))
                blocks += blocks_of(
                    folder.name, thin, answers, {"clean": queries["clean"][number % 2 :: 2]}, thinned=True
                )
        print(folder.name, flush=True)
    return blocks


def thinned(
    texts: dict[str, tuple[str, list[str]]], kept: int, dropped: float, rng: random.Random
) -> dict[str, tuple[str, list[str]]]:
    left = {}
    for identity, (lang, own) in texts.items():
        others = rng.sample(own[1:], min(len(own) - 1, kept - 1)) if kept else own[1:]
        if rng.random() >= dropped:
            left[identity] = (lang, [own[0], *others])
    return left


def blocks_of(
    name: str,
    texts: dict[str, tuple[str, list[str]]],
    answers: dict[str, str],
    queries: dict[str, list[dict[str, Any]]],
    *,
    thinned: bool,
) -> Iterable[Block]:
    places = {identity: place for place, identity in enumerate(texts)}
    matcher = Matcher.build(
        [Phrasing(place, text, lang) for place, (lang, own) in enumerate(texts.values()) for text in own],
        answers={place: answers.get(identity, "") for identity, place in places.items()},
    )
    for kind, asked in queries.items():
        cases = []
        for query in asked:
            question, found = matcher.examine(query["text"])
            entries = found.entries.tolist()
            place = places.get(query["expected"])
            right = -2 if place is None else entries.index(place) if place in entries else -1
            cases.append(Case(found.rows.astype(np.float32), right, question.share, len(question.forms)))
        yield Block(name, kind, thinned, matcher.richness, cases)


def widened(block: Block, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Columns for `Weights.plain`, then for `Weights.rich`."""
    rich = rows * np.float32(block.richness)
    rich[:, _ANSWER_COLUMNS] = 0.0
    return np.hstack([rows, rich])


def learn_order(blocks: list[Block]) -> Array:
    """Listwise softmax by damped Newton steps: the right entry should outscore the others of its list."""
    lists, shares = [], []
    for block in blocks:
        own = [case for case in block.cases if case.right >= 0 and len(case.rows) > 1]
        lists += [(widened(block, case.rows), case.right) for case in own]
        shares += [block.weight / len(own)] * len(own)
    stacked = np.vstack([rows for rows, _ in lists]).astype(np.float64)
    scale = stacked.std(axis=0) + 1e-6
    stacked /= scale
    starts = np.cumsum([0] + [len(rows) for rows, _ in lists])[:-1]
    right = starts + np.array([place for _, place in lists])
    segment = np.repeat(np.arange(len(lists)), [len(rows) for rows, _ in lists])
    share = np.array(shares) / sum(shares)

    def loss(candidate: Array) -> tuple[float, Array]:
        scores = stacked @ candidate
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exp = np.exp(scores)
        total = np.add.reduceat(exp, starts)
        value = -float(share @ (scores[right] - np.log(total))) + 0.5 * _ORDER_DECAY * float(candidate @ candidate)
        return value, exp / total[segment]

    weights = np.zeros(stacked.shape[1])
    value, chance = loss(weights)
    for _ in range(40):
        mean = np.add.reduceat(stacked * chance[:, None], starts)
        gradient = (share[:, None] * (stacked[right] - mean)).sum(axis=0) - _ORDER_DECAY * weights
        heavy = stacked * (chance * share[segment])[:, None]
        hessian = stacked.T @ heavy - (mean * share[:, None]).T @ mean + _ORDER_DECAY * np.eye(len(weights))
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-4 and loss(weights + size * step)[0] > value:
            size /= 2
        new, new_chance = loss(weights + size * step)
        if value - new < 1e-8:
            break
        weights, value, chance = weights + size * step, new, new_chance
    unscaled: Array = weights / scale
    return unscaled


def judged(block: Block, case: Case, order: Array) -> tuple[Array, int]:
    """The circumstances of the first entry and the rank of the right one (-1: missed, -2: none)."""
    scores = widened(block, case.rows) @ order
    ranking = np.argsort(-scores, kind="stable")
    rank = int(np.flatnonzero(ranking == case.right)[0]) if case.right >= 0 else case.right
    return circumstances(scores[ranking], case.rows[ranking], case.known, case.words).astype(np.float64), rank


def learn_confidence(blocks: list[Block], order: Array) -> tuple[Array, float]:
    """Logistic regression by Newton steps, of whether the first entry is the right one."""
    rows, truth, shares = [], [], []
    for block in blocks:
        own = [case for case in block.cases if len(case.rows)]
        for case in own:
            around, rank = judged(block, case, order)
            rows.append(around)
            truth.append(rank == 0)
            shares.append(block.weight / len(own))
    x, y, w = np.array(rows), np.array(truth, np.float64), np.array(shares)
    w /= w.sum()
    middle, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.hstack([(x - middle) / scale, np.ones((len(x), 1))])
    weights = np.zeros(x.shape[1])
    ridge = _CONFIDENCE_DECAY * np.eye(x.shape[1])
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


@dataclass
class Judged:
    """Confidence, rightness and whether there was an answer, for each query of a block."""

    block: Block
    chance: Array
    rank: NDArray[np.int64]

    @property
    def inside(self) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = self.rank != -2
        return inside

    @property
    def right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.rank == 0
        return right

    def at(self, level: float) -> tuple[float, float, float, int]:
        """Precision, coverage, share of the unanswerable that were answered, and number of answers."""
        answered = self.chance >= level
        precision = float(self.right[answered].mean()) if answered.any() else float("nan")
        coverage = float((answered & self.right).sum() / self.inside.sum())
        return precision, coverage, float(answered[~self.inside].mean()), int(answered.sum())


def judge(block: Block, order: Array, slopes: Array, bias: float) -> Judged:
    chances, ranks = [], []
    for case in block.cases:
        if len(case.rows):
            around, rank = judged(block, case, order)
            chances.append(float(1 / (1 + np.exp(-(around @ slopes + bias)))))
            ranks.append(rank)
        else:
            chances.append(0.0)
            ranks.append(min(case.right, -1))
    return Judged(block, np.array(chances), np.array(ranks))


def cross_validate(blocks: list[Block]) -> None:
    table: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    clean: list[Judged] = []
    print(
        f"{'set':16s} {'kind':8s}   @1    @3   @40  auroc   ece | p >= .90: precision, coverage, oos answered | .85 | .80"
    )
    for family in sorted({block.family for block in blocks}):
        others = [block for block in blocks if block.family != family]
        order = learn_order(others)
        slopes, bias = learn_confidence(others, order)
        for block in blocks:
            if block.family != family or block.thinned:
                continue
            done = judge(block, order, slopes, bias)
            rank, inside = done.rank[done.inside], done.inside
            first, third = float((rank == 0).mean()), float(((rank >= 0) & (rank < 3)).mean())
            area = auroc(done.chance[inside], done.chance[~inside])
            table[block.kind].append((first, third, area))
            if block.kind == "clean":
                clean.append(done)
            bands = " | ".join("{:.3f} {:.3f} {:.3f}".format(*done.at(level)[:3]) for level in (0.9, 0.85, 0.8))
            print(
                f"{block.name:16s} {block.kind:8s} {first:.3f} {third:.3f} {(rank >= 0).mean():.3f} {area:.3f}"
                f" {calibration_error(done.chance, done.right):.3f} | {bands}"
            )
    for kind, values in sorted(table.items()):
        mean = np.mean(values, axis=0)
        print(f"mean {kind:8s} n={len(values)} @1 {mean[0]:.4f} @3 {mean[1]:.4f} auroc {mean[2]:.4f}")
    for level in (0.75, 0.8, 0.83, 0.85, 0.88, 0.9, 0.93, 0.95):
        found = [done.at(level) for done in clean]
        right = sum(p * n for p, _, _, n in found if n)
        print(
            f"threshold {level:.2f}: pooled precision {right / max(sum(n for *_, n in found), 1):.3f},"
            f" coverage {np.mean([c for _, c, _, _ in found]):.3f}, oos answered {np.mean([o for _, _, o, _ in found]):.3f}"
        )


def write(blocks: list[Block]) -> None:
    order = learn_order(blocks)
    slopes, bias = learn_confidence(blocks, order)
    plain, rich = order[: len(NAMES)], order[len(NAMES) :]
    learned = {
        "provenance": {
            "script": "benchmarks/train_matching.py",
            "sets": sorted({block.name for block in blocks}),
            "questions": sum(len(block.cases) for block in blocks),
        },
        "order": {name: [round(p, 4), round(r, 4)] for name, p, r in zip(NAMES, plain, rich, strict=True)},
        "confidence": {name: round(value, 4) for name, value in zip(AROUND + NAMES, slopes, strict=True)},
        "bias": round(bias, 4),
    }
    confidence.FILE.write_text(json.dumps(learned, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    begun = time.monotonic()
    if options.cache and options.cache.exists():
        blocks = pickle.loads(options.cache.read_bytes())  # noqa: S301 - our own file, named by whoever runs this
    else:
        blocks = collect(options.data)
        if options.cache:
            options.cache.write_bytes(pickle.dumps(blocks))
    print(f"{len(blocks)} blocks in {time.monotonic() - begun:.0f} s", flush=True)
    cross_validate(blocks)
    if options.write:
        write(blocks)


if __name__ == "__main__":
    main()
