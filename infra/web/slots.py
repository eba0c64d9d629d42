"""Places that are taken for as long as something lasts: event streams, searches."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Slots:
    """So many at once under each name. Taking looks and counts in one step, so that no two take the last place."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, limits: Mapping[str, int]) -> bool:
        """Take one place under each name; False, and none taken, where one of them has as many as its limit."""
        if any(self._taken[name] >= limit for name, limit in limits.items()):
            return False
        self._taken.update(limits.keys())
        return True

    def release(self, limits: Mapping[str, int]) -> None:
        self._taken.subtract(limits.keys())
        self._taken += Counter()  # drops what is down to nothing


class HeldStream(StreamingResponse):
    """A stream whose places are given back when it ends, also where it never began."""

    def __init__(self, content: Any, slots: Slots, limits: Mapping[str, int], **options: Any) -> None:  # noqa: ANN401 - Starlette's own
        super().__init__(content, **options)
        self._slots, self._limits = slots, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._slots.release(self._limits)
