"""Token buckets: the rate limits of the simulated platforms."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Level:
    tokens: float
    at: float


class Pace:
    """At most `burst` at once and `per_second` on average, separately for each key.

    `leeway` tokens are added to the burst: a client that keeps exactly to the rate must not be refused because of
    network jitter between two requests.
    """

    def __init__(self, per_second: float, burst: float, leeway: float = 0.5) -> None:
        self._rate = per_second
        self._size = burst + leeway
        self._levels: dict[Hashable, _Level] = {}

    def wait(self, key: Hashable, now: float) -> float:
        """Take one token and return 0, or take none and return the seconds until one is available."""
        level = self._levels.setdefault(key, _Level(self._size, now))
        level.tokens = min(self._size, level.tokens + max(0.0, now - level.at) * self._rate)
        level.at = now
        if level.tokens >= 1:
            level.tokens -= 1
            return 0.0
        return (1 - level.tokens) / self._rate
