"""Upload quotas: files and bytes per hour and per day, for a visitor, an address and in total.

They are kept in memory, like the rate limits: a restart resets them, which is cheaper than a table of visitors.
"""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.clock import Clock

_NAMES = 10_000
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A number of files and of bytes, the latter as a multiple of the largest allowed file."""

    files: int
    largest_files: int


Quota = Mapping[timedelta, Allowance]
PER_VISITOR: Quota = {_HOUR: Allowance(30, 10), _DAY: Allowance(100, 30)}
PER_ADDRESS: Quota = {_HOUR: Allowance(100, 30), _DAY: Allowance(300, 100)}
IN_ALL: Quota = {_HOUR: Allowance(2000, 200), _DAY: Allowance(10_000, 1000)}


class _Ledger:
    """Uploads of the last day under each name; keeps the latest 10 000 names."""

    def __init__(self, quota: Quota, largest: int) -> None:
        self._limits = {span: (allowed.files, allowed.largest_files * largest) for span, allowed in quota.items()}
        self._sent: OrderedDict[str, deque[tuple[datetime, int, int]]] = OrderedDict()

    def fits(self, name: str, files: int, size: int, now: datetime) -> bool:
        sent = self._sent.get(name, ())
        for span, (most_files, most_bytes) in self._limits.items():
            recent = [(count, length) for at, count, length in sent if now - span < at <= now]
            if sum(count for count, _ in recent) + files > most_files:
                return False
            if sum(length for _, length in recent) + size > most_bytes:
                return False
        return True

    def note(self, name: str, files: int, size: int, now: datetime) -> None:
        sent = self._sent.setdefault(name, deque())
        self._sent.move_to_end(name)
        while len(self._sent) > _NAMES:
            self._sent.popitem(last=False)
        while sent and not now - max(self._limits) < sent[0][0] <= now:
            sent.popleft()
        sent.append((now, files, size))


class UploadQuota:
    """Counts uploads; `largest` is the maximum size of one file in bytes."""

    def __init__(self, largest: int, clock: Clock) -> None:
        self._clock = clock
        self._visitors, self._addresses = _Ledger(PER_VISITOR, largest), _Ledger(PER_ADDRESS, largest)
        self._all = _Ledger(IN_ALL, largest)

    def take(self, visitor: str, address: str, files: int, size: int) -> bool:
        """Count `files` files of `size` bytes in total; returns False and counts nothing if that exceeds a quota."""
        now = self._clock()
        ledgers = ((self._visitors, visitor), (self._addresses, address), (self._all, ""))
        if not all(ledger.fits(name, files, size, now) for ledger, name in ledgers):
            return False
        for ledger, name in ledgers:
            ledger.note(name, files, size, now)
        return True
