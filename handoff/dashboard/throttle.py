"""How often something may be tried: a sliding minute per name, kept in memory."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from infra.clock import Clock

_WINDOW = timedelta(minutes=1)
_NAMES = 10_000


class Throttle:
    """Allows `limit` tries a minute for each name; remembers the latest 10 000 names."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, name: str) -> bool:
        """Count one try; False where it is one too many, and then it does not count."""
        now = self._clock()
        tries = self._tries.setdefault(name, deque())
        self._tries.move_to_end(name)
        while len(self._tries) > _NAMES:
            self._tries.popitem(last=False)
        while tries and tries[0] <= now - _WINDOW:
            tries.popleft()
        if len(tries) >= self._limit:
            return False
        tries.append(now)
        return True

    def forget(self, name: str) -> None:
        """Take back the tries of a name that proved right."""
        self._tries.pop(name, None)
