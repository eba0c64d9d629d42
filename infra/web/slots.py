"""Concurrency limits for lasting work: event streams, searches."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Slots:
    """Number of places in use under each name.

    `take` checks and counts in one step, so that no two callers take the last place.
    """

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, limits: Mapping[str, int]) -> bool:
        """Take one place under each name; if one of them is at its limit, take none and return False."""
        if any(self._taken[name] >= limit for name, limit in limits.items()):
            return False
        self._taken.update(limits.keys())
        return True

    def release(self, limits: Mapping[str, int]) -> None:
        self._taken.subtract(limits.keys())
        self._taken += Counter()  # drops counts that reach zero


class HeldStream(StreamingResponse):
    """Streaming response that frees its places when it ends, even if it never started."""

    def __init__(self, content: Any, slots: Slots, limits: Mapping[str, int], **options: Any) -> None:  # noqa: ANN401
        super().__init__(content, **options)
        self._slots, self._limits = slots, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._slots.release(self._limits)
