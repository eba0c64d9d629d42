"""Second attempts for parts of uncertain outcome, made once the channel works again (docs/decisions/0004).

An answered send shows that the channel works. If nothing else is to be sent, the account is probed and a single part is
sent once more: its outcome decides whether the others follow. A successful probe while sends fail proves little, so
the pause before it counts grows with each failure; a success after a failed probe proves that an outage is over.
"""

from collections.abc import Callable

from handoff.messages.values import AuthBroken, Retry, SendOutcome, Uncertain

PROBE_EVERY = 2.0
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0
_AT_ONCE = 1.0
"""Failures within this many seconds count as one."""


def works(outcome: SendOutcome) -> bool:
    """Return whether the outcome shows that the platform executes requests."""
    return not isinstance(outcome, Uncertain | Retry | AuthBroken)


class Recovery:
    """The state of one account's channel as its sender observes it; `now` is a monotonic time in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures = 0
        self._failed_at = float("-inf")
        self._trusted_at = float("-inf")
        """Time from which a successful probe counts if no probe has failed."""
        self._was_down = False
        self._probe_at = float("-inf")
        self.held = False
        """Whether a part waits for its second attempt."""

    def learn(self, outcome: SendOutcome) -> None:
        """Update the state with the outcome of a part."""
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
        """Return whether to probe the account now; schedules the next probe."""
        if not self.held or self._now() < self._probe_at:
            return False
        self._probe_at = self._now() + PROBE_EVERY
        return True

    def settle_probe(self, *, answered: bool) -> bool:
        """Update the state with the result of a probe; returns whether one part may be tried."""
        if not answered:
            self._was_down = True
            return False
        if not self._was_down and self._now() < self._trusted_at:
            return False
        self._was_down = False
        return True
