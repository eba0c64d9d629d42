"""No function takes more parameters than a reader keeps in mind: what belongs together is a value."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST = 6


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for package in ("bot", "handoff", "knowledge", "infra", "benchmarks"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = node.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _is_route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """FastAPI and click call these with one parameter for each field of a request or option of a command."""
    return any(isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) for mark in node.decorator_list)


def test_no_function_takes_more_than_six_parameters() -> None:
    found = list(_functions())
    assert len(found) > 1000
    assert [name for name, node in found if not _is_route(node) and len(_parameters(node)) > MOST] == []
