"""Judged questions for the matcher: folders of sets, or the project's own questions about its example help centre."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from knowledge.files.loading import SourceFile, read_files
from knowledge.quality.evaluation import EvalEntry, EvalQuery, read_knowledge, read_queries

_EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """A knowledge base and questions about it, by kind of noise ("clean" is one of them)."""

    name: str
    knowledge: list[EvalEntry]
    queries: dict[str, list[EvalQuery]]


def sets(data: Path) -> list[JudgedSet]:
    """Read a set per folder with `knowledge.jsonl`, `queries.jsonl` and optional noisy copies `queries.KIND.jsonl`."""
    found = []
    for folder in sorted(path for path in data.iterdir() if (path / "knowledge.jsonl").exists()):
        queries = {}
        for path in sorted(folder.glob("queries*.jsonl")):
            kind = path.name.split(".")[1] if path.name.count(".") > 1 else "clean"
            queries[kind] = read_queries(_lines(path))
        found.append(JudgedSet(folder.name, read_knowledge(_lines(folder / "knowledge.jsonl")), queries))
    return found


def example_set() -> JudgedSet:
    """Return the example help centre, all languages in one knowledge base, with the questions written for it."""
    files = sorted((_EXAMPLES / "knowledge").glob("*.yaml"))
    entries = read_files([SourceFile(file.name, file.read_bytes()) for file in files]).entries
    knowledge = [
        EvalEntry(f"{entry.key}.{entry.lang}", entry.question, entry.alternatives, entry.lang, entry.answer)
        for entry in entries
    ]
    ids = {entry.id for entry in knowledge}
    queries: defaultdict[str, list[EvalQuery]] = defaultdict(list)
    for row in map(json.loads, _lines(_EXAMPLES / "questions.jsonl")):
        key = row["expected"]
        # In the language of the question if the entry exists in it, else in the first language that has it.
        named = [f"{key}.{lang}" for lang in (row["lang"], "ru", "en", "hu") if f"{key}.{lang}" in ids]
        queries[row["kind"]].append(EvalQuery(row["text"], row["lang"], named[0] if key is not None else None))
    return JudgedSet("examples", knowledge, dict(queries))


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line.strip()]
