"""Time of a question against the size of the knowledge base, for the matcher and the baselines.

The knowledge base is that of `matching_speed.py`. Times are processor time of the thread, so other load does not count.
A question with one typo is often an exact match after correction, so questions with an omitted word are measured as
well. The baselines answer fewer questions, because a pass over 300 000 phrasings is slow.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from benchmarks.matching_baselines import BASELINES
from benchmarks.matching_speed import knowledge, with_typo, without_a_word
from infra.charts import chart
from knowledge.matching import Matcher, Thresholds, saved_matcher

GROWTH = (1_000, 10_000, 100_000)
_QUESTIONS = 200
_FEW = 12
_OURS, _REWORDED = "frontdesk", "frontdesk, a word left out"
_COMPARED = ("ratio", "token_set_ratio", "bm25s")  # WRatio takes a minute instead of a second


@dataclass(frozen=True, slots=True)
class Size:
    """One size: seconds to build and to load, bytes, and milliseconds per question by method (p50, p99)."""

    entries: int
    build: float
    read: float
    held: int
    spent: dict[str, tuple[float, float]]


def growth(sizes: Sequence[int]) -> list[Size]:
    measured = []
    for entries in sizes:
        phrasings = knowledge(entries)
        rng = random.Random(3)
        questions = [with_typo(rng.choice(phrasings).text, rng) for _ in range(_QUESTIONS)]
        shorter = [without_a_word(rng.choice(phrasings).text, rng) for _ in range(_QUESTIONS)]
        steps = 1 + 2 * _QUESTIONS + len(_COMPARED) * _FEW
        with click.progressbar(length=steps, label=f"{entries} entries", file=sys.stderr) as bar:
            begun = time.thread_time()
            matcher = Matcher.build(phrasings)
            build = time.thread_time() - begun
            bar.update(1)
            spent = {_OURS: _times(matcher.match, questions, bar.update)}
            spent[_REWORDED] = _times(matcher.match, shorter, bar.update)
            read = _reading(matcher)
            texts = [phrasing.text for phrasing in phrasings]
            for name in _COMPARED:
                spent[name] = _times(BASELINES[name](texts), questions[:_FEW], bar.update)
        measured.append(Size(entries, build, read, matcher.size, spent))
    return measured


def _reading(matcher: Matcher) -> float:
    """Return the wall-clock seconds to load the matcher from a file, including the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        saved_matcher.save(matcher, path, {})
        begun = time.perf_counter()
        if saved_matcher.load(path, Thresholds()) is None:
            raise RuntimeError("the saved index could not be read")
        return time.perf_counter() - begun


def _times(ask: Callable[[str], object], questions: Sequence[str], told: Callable[[int], None]) -> tuple[float, float]:
    spent = []
    for question in questions:
        begun = time.thread_time()
        ask(question)
        spent.append((time.thread_time() - begun) * 1000)
        told(1)
    return float(np.percentile(spent, 50)), float(np.percentile(spent, 99))


def growth_table(measured: Sequence[Size]) -> list[str]:
    methods = list(measured[0].spent)
    head = " | ".join(f"{method} p50 ms" for method in methods)
    lines = [
        f"| entries | build s | read s | index MB | frontdesk p99 ms | {head} |",
        "|---|" + "---|" * (4 + len(methods)),
    ]
    for size in measured:
        medians = " | ".join(f"{size.spent[method][0]:.2f}" for method in methods)
        ours = size.spent[_REWORDED][1]
        lines.append(
            f"| {size.entries} | {size.build:.1f} | {size.read:.2f} | {size.held / 2**20:.0f}"
            f" | {ours:.2f} | {medians} |"
        )
    return lines


def growth_plot(measured: Sequence[Size]) -> str:
    return chart(
        "Time of a question against the size of the knowledge (p50)",
        "entries",
        "milliseconds",
        {method: [(size.entries, size.spent[method][0]) for size in measured] for method in measured[0].spent},
        by_powers=True,
    )
