"""Rate limiting: a sliding minute per name, kept in the memory of one process."""

import ipaddress
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from infra.clock import Clock

_WINDOW = timedelta(minutes=1)
_NAMES = 10_000


class Throttle:
    """Allows `limit` tries a minute per name; remembers the latest 10 000 names."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, name: str) -> bool:
        """Count one try; if it exceeds the limit, do not count it and return False."""
        now = self._clock()
        tries = self._tries.setdefault(name, deque())
        self._tries.move_to_end(name)
        while len(self._tries) > _NAMES:
            self._tries.popitem(last=False)
        while tries and not now - _WINDOW < tries[0] <= now:  # a later one is from before the clock was set back
            tries.popleft()
        if len(tries) >= self._limit:
            return False
        tries.append(now)
        return True

    def retry_after(self, name: str) -> int:
        """Return the seconds, at least one, until the oldest try of the name expires."""
        tries = self._tries.get(name)
        left = tries[0] + _WINDOW - self._clock() if tries else timedelta(0)
        return min(max(1, -int(-left.total_seconds() // 1)), int(_WINDOW.total_seconds()))

    def forgive(self, name: str) -> None:
        """Remove the latest try of a name."""
        if tries := self._tries.get(name):
            tries.pop()

    def forget(self, name: str) -> None:
        """Remove all tries of a name whose try succeeded."""
        self._tries.pop(name, None)


def network_of(host: str) -> str:
    """Return the name under which an address is counted: an IPv4 address, or the /64 that one IPv6 host can use."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
