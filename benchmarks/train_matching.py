"""Train the weights of the matcher and cross-validate them between knowledge bases.

    python benchmarks/train_matching.py DATA [--write] [--cache FILE] [--vectors FILE]

DATA holds one folder per set with `knowledge.jsonl`, `queries.jsonl` and noisy copies `queries.KIND.jsonl`; the
project's own questions about the example knowledge base are evaluated as another set, but never trained on. Sets that
share a knowledge base (the same name up to the first `_`) form one family: each family is evaluated with weights that
were trained on the others only. Training also uses thinned copies of the sets: fewer phrasings per entry, and some
entries left out so that their questions have no answer.

`--write` trains on all families and replaces `knowledge/matching/ranking/weights.json`; `--cache` keeps the computed
features between runs. `--vectors` trains the section `semantic` too, with the embedder of the extra of that name, and
keeps its vectors in the file; without it that section is unchanged.
"""

import argparse
import json
import pickle
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.learning import KINDS, Block, Case, Judged, combined, judge, learn_confidence, learn_order
from knowledge.files.loading import SourceFile, read_files
from knowledge.matching import Matcher, Phrasing
from knowledge.matching.ranking import confidence
from knowledge.matching.ranking.confidence import AROUND
from knowledge.matching.ranking.features import NAMES
from knowledge.matching.semantic.embedder import Embedder, find_embedder, why_no_embedder
from knowledge.matching.semantic.vectors import NAMES as SEMANTIC_NAMES
from knowledge.matching.semantic.vectors import text_of_answer
from knowledge.quality.evaluation import auroc, calibration_error

Set = tuple[str, dict[str, tuple[str, list[str]]], dict[str, str], dict[str, list[dict[str, Any]]]]
"""Name, language and phrasings by entry, answers by entry, questions by kind."""

# (phrasings kept per entry or 0 for all, share of entries left out)
_VARIANTS = ((0, 0.25), (1, 0.0), (1, 0.3), (2, 0.2), (4, 0.2), (8, 0.2))
_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_OWN = "examples"


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
        for text in missing:
            self._known[purpose, text] = embed([text])[0].astype(np.float16)
        return np.array([self._known[purpose, text] for text in texts], np.float32)


def collect(data: Path, embedder: Remembering | None) -> list[Block]:
    blocks: list[Block] = []
    for name, texts, answers, queries in [*sets(data), own_set()]:
        blocks += blocks_of(name, texts, answers, queries, embedder, thinned=False)
        mean = sum(len(own) for _, own in texts.values()) / len(texts)
        for number, (kept, dropped) in enumerate(_VARIANTS):
            if kept < mean:
                thin = thinned(texts, kept, dropped, random.Random(number))
                half = {"clean": queries["clean"][number % 2 :: 2]}
                blocks += blocks_of(name, thin, answers, half, embedder, thinned=True)
        if embedder:
            embedder.save()
        print(name, flush=True)
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
        # Sets of intents have placeholders for answers, which are useless for training.
        answers = {e["id"]: e["answer"] for e in knowledge if e.get("answer") and not e["answer"].startswith("[")}
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
    return _OWN, texts, answers, queries


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
    matchers = {"lexical": matcher}
    if embedder:
        wordings = [text for _, own in texts.values() for text in own]
        vectors = dict(zip(wordings, embedder.phrasings(wordings), strict=True))
        texts_told = {
            place: text_of_answer(texts[entry][1][0], answers[entry])
            for entry, place in places.items()
            if entry in answers
        }
        of_answers = dict(zip(texts_told, embedder.phrasings(list(texts_told.values())), strict=True))
        matchers["semantic"] = matcher.embedded(embedder, vectors, of_answers)
    for kind, asked in queries.items():
        for section, asking in matchers.items():
            cases = [_case(asking, query["text"], places.get(query["expected"])) for query in asked]
            yield Block(name, kind, thinned, section, matcher.richness, cases)


def _case(matcher: Matcher, text: str, place: int | None) -> Case:
    reading, found = matcher.examine(text)
    entries = found.entries.tolist()
    right = -2 if place is None else entries.index(place) if place in entries else -1
    return Case(entries, found.rows.astype(np.float32), right, reading.asked.share, len(reading.asked.forms))


def cross_validate(blocks: list[Block]) -> None:
    """Evaluate each family with the weights of the others: by words, by words and vectors, and combined."""
    lexical = judged_by_others([block for block in blocks if block.section == "lexical"])
    report("by words", lexical)
    semantic = judged_by_others([block for block in blocks if block.section == "semantic"])
    if semantic:
        report("by words and vectors", semantic)
        report("as the matcher combines them", [combined(*pair) for pair in zip(lexical, semantic, strict=True)])


def judged_by_others(blocks: list[Block]) -> list[Judged]:
    found = []
    for family in sorted({block.family for block in blocks}):
        others = [block for block in blocks if block.family not in (family, _OWN)]
        order = learn_order(others)
        slopes, bias = learn_confidence(others, order)
        own = [block for block in blocks if block.family == family and not block.thinned]
        found += [judge(block, order, slopes, bias) for block in own]
    return found


def report(title: str, judged: list[Judged]) -> None:
    table: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    print(
        f"\n{title}\nset              kind       @1    @3  found auroc   ece"
        " | p >= .88: precision, coverage, oos | .90 | .85"
    )
    for done in judged:
        rank, inside = done.rank[done.inside], done.inside
        first, third = float((rank == 0).mean()), float(((rank >= 0) & (rank < 3)).mean())
        area = auroc(done.chance[inside], done.chance[~inside])
        if done.block.family != _OWN:
            table[done.block.kind].append((first, third, area))
        bands = " | ".join("{:.3f} {:.3f} {:.3f}".format(*done.at(level)[:3]) for level in (0.88, 0.9, 0.85))
        print(
            f"{done.block.name:16s} {done.block.kind:8s} {first:.3f} {third:.3f} {(rank >= 0).mean():.3f} {area:.3f}"
            f" {calibration_error(done.chance, done.right):.3f} | {bands}"
        )
    print("means without the project's own set:")
    for kind, values in sorted(table.items()):
        mean = np.mean(values, axis=0)
        print(f"mean {kind:8s} n={len(values)} @1 {mean[0]:.4f} @3 {mean[1]:.4f} auroc {mean[2]:.4f}")
    clean = [done for done in judged if done.block.kind == "clean" and done.block.family != _OWN]
    for level in (0.75, 0.8, 0.85, 0.88, 0.9, 0.93, 0.95):
        found = [done.at(level) for done in clean]
        right = sum(p * n for p, _, _, n in found if n)
        print(
            f"threshold {level:.2f}: pooled precision {right / max(sum(n for *_, n in found), 1):.3f},"
            f" coverage {np.mean([c for _, c, _, _ in found]):.3f},"
            f" oos answered {np.mean([o for _, _, o, _ in found]):.3f}"
        )


def write(blocks: list[Block]) -> None:
    blocks = [block for block in blocks if block.family != _OWN]
    learned = json.loads(confidence.FILE.read_text(encoding="utf-8"))
    learned["provenance"] = {
        "script": "benchmarks/train_matching.py",
        "sets": sorted({block.name for block in blocks}),
        "questions": sum(len(block.cases) for block in blocks if block.section == "lexical"),
    }
    for section, names in (("lexical", NAMES), ("semantic", NAMES + SEMANTIC_NAMES)):
        own = [block for block in blocks if block.section == section]
        if own:
            order = learn_order(own)
            slopes, bias = learn_confidence(own, order)
            plain, rich = order[: len(names)], order[len(names) :]
            learned[section] = {
                "order": {name: [round(p, 4), round(r, 4)] for name, p, r in zip(names, plain, rich, strict=True)},
                "confidence": {name: round(value, 4) for name, value in zip(AROUND + names, slopes, strict=True)},
                "bias": round(bias, 4),
            }
    confidence.FILE.write_text(json.dumps(learned, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--vectors", type=Path)
    options = parser.parse_args()
    begun = time.monotonic()
    embedder = None
    if options.vectors:
        real = find_embedder()
        if real is None:
            parser.error(why_no_embedder() or "")
        embedder = Remembering(real, options.vectors)
    if options.cache and options.cache.exists():
        blocks = pickle.loads(options.cache.read_bytes())  # noqa: S301 - our own file, named on the command line
    else:
        blocks = collect(options.data, embedder)
        if options.cache:
            options.cache.write_bytes(pickle.dumps(blocks))
    print(f"{len(blocks)} blocks in {time.monotonic() - begun:.0f} s", flush=True)
    cross_validate(blocks)
    if options.write:
        write(blocks)


if __name__ == "__main__":
    main()
