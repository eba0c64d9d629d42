"""Time and memory of the matcher against the size of the knowledge base, with a pass of rapidfuzz for comparison.

    python benchmarks/matching_speed.py [ENTRIES …]

The knowledge base is synthetic: three phrasings of four to nine words per entry, with words from a vocabulary that
grows with the knowledge base and has the word frequencies of a language. Questions are phrasings with one typo: most of
them are exact matches after correction. So questions with an omitted word are measured as well, which are compared with
the nearest entries. Times are processor time of the thread, so other load does not count.
"""

import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from knowledge.matching import Matcher, Phrasing

_SYLLABLES = [c + v for c in "бвгджзклмнпрстфхцчш" for v in "аеиоуыя"]
_QUESTIONS = 300


def knowledge(entries: int, seed: int = 7) -> list[Phrasing]:
    """Generate three phrasings per entry; the second and third keep part of the words of the first."""
    rng = random.Random(seed)
    size = min(60_000, 600 + entries * 2)
    vocabulary = list({"".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(size)})
    weights = 1.0 / np.arange(3, len(vocabulary) + 3) ** 0.9
    ends = np.cumsum(weights / weights.sum())
    draw = np.random.default_rng(seed)
    phrasings = []
    for entry in range(entries):
        base = [vocabulary[i] for i in np.minimum(np.searchsorted(ends, draw.random(rng.randint(4, 9))), len(ends) - 1)]
        for variant in range(3):
            words = list(base)
            for _ in range(variant):
                words[rng.randrange(len(words))] = vocabulary[int(np.searchsorted(ends, draw.random() * 0.999))]
            phrasings.append(Phrasing(entry, " ".join(words), "ru"))
    return phrasings


def with_typo(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text))
    return rng.choice(
        [text[:place] + text[place + 1 :], text[:place] + rng.choice("абвгдеиклмнопрст") + text[place + 1 :]]
    )


def without_a_word(text: str, rng: random.Random) -> str:
    """Return a question with an omitted word and a typo, which equals no phrasing."""
    words = text.split()
    del words[rng.randrange(len(words))]
    return with_typo(" ".join(words), rng)


def main() -> None:
    head = "p50 ms  p99 ms  times as fast"
    print(f"entries  build s  index MB  peak MB  rapidfuzz p50 ms  |  a typo: {head}  |  a word less: {head}")
    for entries in [int(value) for value in sys.argv[1:]] or [1_000, 10_000]:
        phrasings = knowledge(entries)
        rng = random.Random(3)
        questions = [with_typo(rng.choice(phrasings).text, rng) for _ in range(_QUESTIONS)]
        shorter = [without_a_word(rng.choice(phrasings).text, rng) for _ in range(_QUESTIONS)]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.thread_time()
        matcher = Matcher.build(phrasings)
        build = time.thread_time() - begun
        peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        naive = partial(process.extract, choices=[phrasing.text for phrasing in phrasings], scorer=fuzz.ratio, limit=5)
        plain = np.percentile(_spent(naive, questions[:20]), 50)
        print(
            f"{entries:7d} {build:8.2f} {matcher.size / 2**20:9.1f} {peak:8.0f} {plain:17.2f}",
            *[_told(_spent(matcher.match, asked), float(plain)) for asked in (questions, shorter)],
            flush=True,
        )


def _spent(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Return the milliseconds for each question."""
    spent = []
    for question in questions:
        begun = time.thread_time()
        ask(question)
        spent.append((time.thread_time() - begun) * 1000)
    return spent


def _told(spent: Sequence[float], plain: float) -> str:
    p50, p99 = np.percentile(spent, [50, 99])
    return f"  | {p50:12.2f} {p99:7.2f} {plain / p50:14.1f}"


if __name__ == "__main__":
    main()
