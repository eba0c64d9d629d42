"""Crash points of the program, identified by its SQL statements (SQLAlchemy's own events).

The child process arms one of them before it starts; nothing of the program is patched.
"""

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Engine, event

POINT, COUNT = "TEST_DIES_AT", "TEST_DIES_ON_HIT"
"""In the child's environment: the name of a point, and at which hit it is deadly, from 1 on."""
ARMED = "armed"


@dataclass(frozen=True, slots=True)
class Point:
    """A statement, by its beginning and by a value that it carries, and what of it is deadly."""

    statement: str
    moment: Literal["before", "after", "before commit", "in commit"]
    value: str = ""
    by: int = signal.SIGKILL

    def meets(self, statement: str, parameters: object) -> bool:
        found = re.match(self.statement, " ".join(statement.split()))
        return found is not None and (not self.value or any(self.value in text for text in _texts(parameters)))


POINTS = {
    "before an event is stored": Point("INSERT .*INTO inbox_event", "before"),
    "before its commit": Point("INSERT .*INTO inbox_event", "before commit"),
    "once it is stored": Point("INSERT .*INTO inbox_event", "in commit"),
    "while the thread is read": Point("SELECT contact", "after"),
    "between the rows of an answer": Point("INSERT INTO message", "after"),
    "before the commit of an answer": Point("UPDATE inbox_event", "before commit"),
    "once an answer is committed": Point("UPDATE inbox_event", "in commit"),
    "once a part is claimed": Point("UPDATE delivery", "in commit", "claimed"),
    "once a part is marked": Point("UPDATE delivery", "in commit", "sending"),
    "before what came of it is kept": Point("UPDATE delivery", "before", "sent"),
    "before that is committed": Point("UPDATE delivery", "before commit", "sent"),
    "once that is committed": Point("UPDATE delivery", "in commit", "sent"),
    # A text that ends the interpreter itself, whenever it is looked up.
    "at a deadly text": Point("INSERT INTO lookup", "before", "deadlytext", signal.SIGABRT),
}
_IN_COMMIT = 0.001
"""Seconds after a commit begins: it may be done by then, or not."""


def arm() -> None:
    """Let this process die where its environment says; without a word there, nothing happens."""
    name = os.environ.get(POINT)
    if name:
        _Trap(POINTS[name], int(os.environ.get(COUNT, "1"))).set()


class _Trap:
    def __init__(self, point: Point, hits: int) -> None:
        self._point = point
        self._left = hits

    def set(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)
        event.listen(Engine, "commit", self._commit)
        event.listen(Engine, "rollback", lambda connection: connection.info.pop(ARMED, None))

    def _before(self, connection: Connection, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if not self._point.meets(statement, parameters):
            return
        self._left -= 1
        if self._left > 0:
            return
        if self._point.moment == "before":
            self._die()
        connection.info[ARMED] = True

    def _after(self, connection: Connection, *_: object) -> None:
        if self._point.moment == "after" and connection.info.get(ARMED):
            self._die()

    def _commit(self, connection: Connection) -> None:
        if not connection.info.pop(ARMED, False):
            return
        if self._point.moment == "before commit":
            self._die()
        threading.Thread(target=self._die_soon, daemon=True).start()

    def _die_soon(self) -> None:
        time.sleep(_IN_COMMIT)
        self._die()

    def _die(self) -> None:
        os.kill(os.getpid(), self._point.by)
        time.sleep(60)


def _texts(parameters: Any) -> Iterator[str]:  # noqa: ANN401 - a tuple, a mapping, or a list of either
    values = (
        parameters.values()
        if isinstance(parameters, dict)
        else parameters
        if isinstance(parameters, list | tuple)
        else ()
    )
    for value in values:
        if isinstance(value, str):
            yield value
        else:
            yield from _texts(value)
