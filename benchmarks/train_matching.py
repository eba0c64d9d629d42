"""Train the weights of the matcher and cross-validate them between knowledge bases.

    python benchmarks/train_matching.py DATA [--write] [--cache FILE] [--vectors FILE]

DATA holds one folder per set with `knowledge.jsonl`, `queries.jsonl` and noisy copies `queries.KIND.jsonl`; the
project's own questions about the example knowledge base are evaluated as another set, but never trained on. Sets that
share a knowledge base (the same name up to the first `_`) form one family: each family is evaluated with weights that
were trained on the others only. Training also uses thinned copies of the sets: fewer phrasings per entry, and some
entries left out so that their questions have no answer.

`--write` trains on all families and replaces `knowledge/matching/ranking/weights.json`; `--cache` keeps the computed
features between runs. `--vectors` trains the section `semantic` too and keeps the sentence encoder's vectors in the
file; without it that section is unchanged.
"""

import argparse
import json
import pickle
import random
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.judging import (
    FIGURES,
    ONLY_JUDGED,
    OWN,
    Judged,
    combine,
    family_means,
    interval,
    judge_by_others,
    learn,
    learn_by_family,
)
from benchmarks.learning import KINDS, Block, Case
from knowledge.files.loading import SourceFile, read_files
from knowledge.matching import Matcher, Phrasing
from knowledge.matching.ranking import confidence
from knowledge.matching.ranking.confidence import AROUND
from knowledge.matching.ranking.features import NAMES, Reranked
from knowledge.matching.reader import Reading
from knowledge.matching.semantic.embedder import LANGUAGES, Embedder, find_embedder
from knowledge.matching.semantic.vectors import NAMES as SEMANTIC_NAMES
from knowledge.matching.semantic.vectors import text_of_answer
from knowledge.matching.values import Thresholds
from knowledge.quality.evaluation import calibration_error

Set = tuple[str, dict[str, tuple[str, list[str]]], dict[str, str], dict[str, list[dict[str, Any]]]]
"""Name, language and phrasings by entry, answers by entry, questions by kind."""

# (phrasings kept per entry or 0 for all, share of entries left out)
_VARIANTS = ((0, 0.25), (1, 0.0), (1, 0.3), (2, 0.2), (4, 0.2), (8, 0.2))
_AT_ONCE = 64
_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SECTIONS = {"lexical": NAMES, "semantic": NAMES + SEMANTIC_NAMES}


class Remembering:
    """An embedder that caches its vectors in a file, as computing them takes most of the time."""

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder = embedder
        self._file = file
        self._known: dict[tuple[str, str], NDArray[np.float16]] = {}
        if file.exists():
            self._known = pickle.loads(file.read_bytes())  # noqa: S301 - our own file, named on the command line

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._vectors("question", texts, self._embedder.questions)

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._vectors("phrasing", texts, self._embedder.phrasings)

    def save(self) -> None:
        self._file.write_bytes(pickle.dumps(self._known))

    def _vectors(
        self, purpose: str, texts: Sequence[str], embed: Callable[[Sequence[str]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if (purpose, text) not in self._known]
        for first in range(0, len(missing), _AT_ONCE):
            batch = missing[first : first + _AT_ONCE]
            for text, vector in zip(batch, embed(batch), strict=True):
                self._known[purpose, text] = vector.astype(np.float16)
        return np.array([self._known[purpose, text] for text in texts], np.float32)


def collect(
    data: Path, embedder: Remembering | None, *, thin: bool = True, kinds: Collection[str] = KINDS
) -> list[Block]:
    """Return the judged questions of all sets with their features, and unless `thin` is false of thinned copies."""
    blocks: list[Block] = []
    for name, texts, answers, queries in [*sets(data), own_set()]:
        wanted = {kind: asked for kind, asked in queries.items() if kind in kinds}
        blocks += blocks_of(name, texts, answers, wanted, embedder, thinned=False)
        mean = sum(len(own) for _, own in texts.values()) / len(texts)
        for number, (kept, dropped) in enumerate(_VARIANTS):
            if thin and kept < mean and name.partition("_")[0] not in ONLY_JUDGED:
                copy = thinned(texts, kept, dropped, random.Random(number))
                half = {"clean": queries["clean"][number % 2 :: 2]}
                blocks += blocks_of(name, copy, answers, half, embedder, thinned=True)
        if embedder:
            embedder.save()
        print(name, file=sys.stderr, flush=True)
    return blocks


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def sets(data: Path) -> Iterable[Set]:
    for folder in sorted(p for p in data.iterdir() if (p / "knowledge.jsonl").exists()):
        knowledge = read(folder / "knowledge.jsonl")
        texts = {entry["id"]: (entry["lang"], [entry["question"], *entry["alternatives"]]) for entry in knowledge}
        queries = {
            path.name.split(".")[1] if path.name.count(".") > 1 else "clean": read(path)
            for path in sorted(folder.glob("queries*.jsonl"))
        }
        queries = {kind: asked if kind == "clean" else asked[::2] for kind, asked in queries.items() if kind in KINDS}
        answers = {entry["id"]: entry["answer"] for entry in knowledge if entry.get("answer")}
        yield folder.name, texts, answers, queries


def own_set() -> Set:
    """Return the project's own questions; languages share keys, so the question's language selects the entry."""
    files = sorted((_EXAMPLES / "knowledge").glob("*.yaml"))
    entries = read_files([SourceFile(file.name, file.read_bytes()) for file in files]).entries
    texts = {f"{entry.key}.{entry.lang}": (entry.lang, [entry.question, *entry.alternatives]) for entry in entries}
    answers = {f"{entry.key}.{entry.lang}": entry.answer for entry in entries}
    queries: dict[str, list[dict[str, Any]]] = {"clean": [], "noisy": []}
    for line in (_EXAMPLES / "questions.jsonl").read_text("utf-8").splitlines():
        asked = json.loads(line)
        meant = [f"{asked['expected']}.{lang}" for lang in (asked["lang"], "ru", "en", "hu")]
        expected = next((identity for identity in meant if identity in texts), None)
        queries[asked["kind"]].append({"text": asked["text"], "expected": expected})
    return OWN, texts, answers, queries


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
    embedder: Remembering | None,
    *,
    thinned: bool,
) -> Iterable[Block]:
    places = {identity: place for place, identity in enumerate(texts)}
    matcher = Matcher.build(
        [Phrasing(place, text, lang) for place, (lang, own) in enumerate(texts.values()) for text in own],
        answers={place: answers.get(identity, "") for identity, place in places.items()},
    )
    wider = _with_vectors(matcher, texts, answers, embedder) if embedder else None
    for kind, asked in queries.items():
        expected = [places.get(query["expected"]) for query in asked]
        read = [matcher.examine(query["text"]) for query in asked]
        yield Block(name, kind, thinned, "lexical", matcher.richness, matcher.ease, list(map(_case, read, expected)))
        if embedder and wider:
            embedder.questions([reading.said for reading, _ in read])  # in batches
            seen = [wider.widen(*one) for one in read]
            yield Block(
                name, kind, thinned, "semantic", matcher.richness, matcher.ease, list(map(_case, seen, expected))
            )


def _with_vectors(
    matcher: Matcher, texts: dict[str, tuple[str, list[str]]], answers: dict[str, str], embedder: Remembering
) -> Matcher | None:
    """Return a matcher that compares by vectors; None if the encoder reads none of the languages."""
    wordings = [text for lang, own in texts.values() if lang in LANGUAGES for text in own]
    texts_of = {
        place: text_of_answer(own[0], answers[entry])
        for place, (entry, (lang, own)) in enumerate(texts.items())
        if entry in answers and lang in LANGUAGES
    }
    vectors = dict(zip(wordings, embedder.phrasings(wordings), strict=True))
    of_answers = dict(zip(texts_of, embedder.phrasings(list(texts_of.values())), strict=True))
    return matcher.with_embedder(embedder, vectors, of_answers) if wordings else None


def _case(read: tuple[Reading, Reranked] | None, place: int | None) -> Case:
    if read is None:  # most of the nearest entries are in a language that the encoder does not read
        return Case([], np.zeros((0, 0), np.float32), -2 if place is None else -1, 0)
    reading, found = read
    entries = found.entries.tolist()
    right = -2 if place is None else entries.index(place) if place in entries else -1
    return Case(entries, found.rows.astype(np.float32), right, len(reading.asked.forms))


def cross_validate(blocks: list[Block]) -> None:
    """Print the figures of each set, judged by weights of the other families: by words, with vectors, and as asked."""
    judged: dict[str, list[Judged]] = {}
    for section, names in SECTIONS.items():
        own = [block for block in blocks if block.section == section]
        if own:
            judged[section] = judge_by_others(own, learn_by_family(own, names))
            report(section, judged[section])
    if "semantic" in judged:
        report("as the matcher asks", combine(judged["lexical"], judged["semantic"]))


def report(title: str, judged: Sequence[Judged]) -> None:
    head = " ".join(f"{name:>8s}" for name in (*FIGURES, "ece"))
    print(f"\n{title}\n{'set':18s} {'kind':8s} {head}")
    for done in judged:
        error = calibration_error(done.chance, done.right)
        print(f"{done.block.name:18s} {done.block.kind:8s} {_columns((*done.figures, error))}")
    for kind in dict.fromkeys(done.block.kind for done in judged if done.block.family != OWN):
        found = family_means(judged, kind, lambda done: done.figures)
        low, high = interval(found)
        print(f"mean of {len(found):2d} families {kind:8s} {_columns(np.nanmean(found, axis=0))}")
        print(f"{'':27s} {_columns(low)}\n{'':27s} {_columns(high)}")
    found = family_means(judged, "clean", lambda done: done.at_once(Thresholds()))
    print("answered at once: least right in a family; right, coverage, out of scope answered, out of scope offered")
    print(f"{np.nanmin(found[:, 0]):9.3f}", _columns(np.nanmean(found, axis=0)))
    print("threshold: right, least in a family, coverage, out of scope answered")
    for level in (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.93):
        found = family_means(judged, "clean", lambda done, level=level: done.at(level))
        print(f"{level:9.2f}: {np.nanmean(found[:, 0]):.3f} {np.nanmin(found[:, 0]):.3f}", end=" ")
        print(f"{np.nanmean(found[:, 1]):.3f} {np.nanmean(found[:, 2]):.3f}")


def _columns(figures: Iterable[float]) -> str:
    return " ".join(f"{figure:8.3f}" for figure in figures)


def write(blocks: list[Block]) -> None:
    learned = json.loads(confidence.FILE.read_text(encoding="utf-8"))
    learned["provenance"] = {
        "script": "benchmarks/train_matching.py",
        "sets": sorted({block.name for block in blocks if block.family not in ONLY_JUDGED}),
    }
    for section, names in SECTIONS.items():
        own = [block for block in blocks if block.section == section]
        if own:
            weights = learn(own, names)
            order = zip(names, weights.plain.tolist(), weights.rich.tolist(), strict=True)
            slopes = zip(AROUND + names, weights.confidence.tolist(), strict=True)
            learned[section] = {
                "order": {name: [round(plain, 4), round(rich, 4)] for name, plain, rich in order},
                "confidence": {name: round(value, 4) for name, value in slopes},
                "bias": round(weights.bias, 4),
            }
    confidence.FILE.write_text(json.dumps(learned, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--vectors", type=Path)
    options = parser.parse_args()
    started = time.monotonic()
    embedder = None
    if options.vectors:
        real = find_embedder()
        if real is None:
            parser.error("the sentence encoder is not installed")
        embedder = Remembering(real, options.vectors)
    if options.cache and options.cache.exists():
        blocks = pickle.loads(options.cache.read_bytes())  # noqa: S301 - our own file, named on the command line
    else:
        blocks = collect(options.data, embedder)
        if options.cache:
            options.cache.write_bytes(pickle.dumps(blocks))
    print(f"{len(blocks)} blocks in {time.monotonic() - started:.0f} s", flush=True)
    cross_validate(blocks)
    if options.write:
        write(blocks)


if __name__ == "__main__":
    main()
