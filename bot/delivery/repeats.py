"""When the second try of what may have arrived goes out: once the channel works again (docs/decisions/0004).

A send that the platform answers shows it. Where nothing else is to be sent, the account is probed, and one part alone goes
out once more: whether the others follow shows its outcome. A probe that works though sending failed proves little, so the
pause before it counts grows with each failure; one that works after one that did not proves that an outage is over.
"""

from collections.abc import Callable

from handoff.messages.values import AuthBroken, Retry, SendOutcome, Uncertain

PROBE_EVERY = 2.0
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0
_AT_ONCE = 1.0
"""Failures within this many seconds count as one."""


def works(outcome: SendOutcome) -> bool:
    """Whether the outcome shows that the platform carries out what it is asked for."""
    return not isinstance(outcome, Uncertain | Retry | AuthBroken)


class Recovery:
    """What one account's sender knows of its channel; `now` counts seconds, monotonically."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures = 0
        self._failed_at = float("-inf")
        self._trusted_at = float("-inf")
        """From when on a probe that works counts, where none has failed."""
        self._was_down = False
        self._probe_at = float("-inf")
        self.held = False
        """Whether something waits to be sent once more."""

    def learn(self, outcome: SendOutcome) -> None:
        """Take in what the platform made of a part."""
        if works(outcome):
            self._failures = 0
            return
        now = self._now()
        if now - self._failed_at > _AT_ONCE:
            self._failures += 1
        self._failed_at, self._probe_at, self._was_down = now, now + PROBE_EVERY, False
        self._trusted_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures - 1, 10))
        self.held = self.held or isinstance(outcome, Uncertain)

    def due(self) -> bool:
        """Whether the account is to be probed now; the next time is counted from here."""
        if not self.held or self._now() < self._probe_at:
            return False
        self._probe_at = self._now() + PROBE_EVERY
        return True

    def settle_probe(self, *, answered: bool) -> bool:
        """Take in what came of a probe; whether one part may be tried."""
        if not answered:
            self._was_down = True
            return False
        if not self._was_down and self._now() < self._trusted_at:
            return False
        self._was_down = False
        return True
