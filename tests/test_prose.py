"""The house style of prose (CONTRIBUTING.md): plain words, names that are verbs, lines that fit."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handoff", "infra", "knowledge")
MANNERED = re.compile(
    r"\b(anew|lest|mend(s|ed|ing)?|whoever|whatever it is|for ever|be it|nobody|told)\b", re.IGNORECASE
)
NOT_OURS = ("tests/data/", "examples/", "benchmarks/results/", "knowledge/languages/en/nudges.py", "tests/bot/said/")
MARKDOWN_LINE = 130

PARTICIPLES = frozenset(
    [
        "begun",
        "broken",
        "brought",
        "built",
        "caught",
        "chosen",
        "done",
        "drawn",
        "driven",
        "fed",
        "fallen",
        "felt",
        "forgotten",
        "found",
        "frozen",
        "given",
        "gone",
        "grown",
        "heard",
        "held",
        "hidden",
        "kept",
        "known",
        "laid",
        "led",
        "left",
        "lost",
        "made",
        "meant",
        "met",
        "paid",
        "said",
        "seen",
        "sent",
        "shown",
        "sold",
        "spent",
        "spoken",
        "sung",
        "taken",
        "taught",
        "thought",
        "thrown",
        "told",
        "torn",
        "understood",
        "won",
        "worn",
        "written",
    ]
)
"""Irregular ones that are not also the infinitive, as "read", "put" and "run" are."""
VERBS_IN_ED = frozenset({"embed", "feed", "need", "proceed", "seed", "shed", "speed", "succeed"})


def _files(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()  # noqa: S607
    return [ROOT / name for name in listed if name.endswith(endings) and not name.startswith(NOT_OURS)]


def _prose_of_python(path: Path) -> Iterator[tuple[int, str]]:
    """Comments, docstrings and sentences of a module, with the line where each begins."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type in {tokenize.COMMENT, tokenize.STRING} and " " in token.string:
            yield token.start[0], token.string


def _prose() -> Iterator[tuple[str, str]]:
    """Every piece of prose, with its place."""
    for path in _files(".py"):
        if path == Path(__file__):
            continue
        yield from ((f"{path.relative_to(ROOT)}:{line}", text) for line, text in _prose_of_python(path))
    for path in _files(".md", ".html", ".js", ".css", ".toml", ".yml", ".yaml", ".example", "Makefile", "Dockerfile"):
        yield str(path.relative_to(ROOT)), path.read_text("utf-8")
    for path in _files("en.po"):
        with path.open("rb") as source:
            yield from ((str(path.relative_to(ROOT)), str(message.id)) for message in read_po(source))


def test_prose_is_plain() -> None:
    found = [f"{place}: {match[0]}" for place, text in _prose() for match in MANNERED.finditer(text)]
    assert found == []


def test_functions_are_named_by_verbs() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"
        for path in _files(".py")
        if path.relative_to(ROOT).parts[0] in PACKAGES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_property(node) and _is_bare(node.name)
    ]
    assert found == []


def test_lines_of_prose_fit() -> None:
    found = []
    for path in _files(".md"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if len(line) > MARKDOWN_LINE and not line.startswith(("|", "    ", "- [")) and "](" not in line:
                found.append(f"{path.relative_to(ROOT)}:{number}: {len(line)}")
    assert found == []


def _is_bare(name: str) -> bool:
    """Whether the name is a participle and nothing else."""
    if name.startswith("_") or "_" in name:
        return False
    return name in PARTICIPLES or (name.endswith("ed") and name not in VERBS_IN_ED)


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}
    return bool(names & {"property", "cached_property"})
