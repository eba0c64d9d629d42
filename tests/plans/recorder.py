"""The statements that the program sends to its database while a block runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

_TESTS = str(Path(__file__).parents[1])
_PROGRAM = tuple(str(Path(__file__).parents[2] / part) for part in ("bot", "handoff", "knowledge"))


@dataclass
class Recorder:
    """Every SELECT, UPDATE and DELETE once, with the parameters that it first ran with."""

    statements: dict[str, Any] = field(default_factory=dict)

    def _execute(self, _connection: object, _cursor: object, statement: str, parameters: Any, *rest: Any) -> None:  # noqa: ANN401 - the hook's own
        many = rest[-1]
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and _sent_by_the_program():
            self.statements.setdefault(statement, parameters[0] if many else parameters)


@contextmanager
def recorded() -> Iterator[Recorder]:
    """Record what any engine of this process runs."""
    recorder = Recorder()
    event.listen(Engine, "before_cursor_execute", recorder._execute)
    try:
        yield recorder
    finally:
        event.remove(Engine, "before_cursor_execute", recorder._execute)


def _sent_by_the_program() -> bool:
    """Whether the statement was built by the program itself, not by a test that looks into the database."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_TESTS):
            return False
        if name.startswith(_PROGRAM):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
