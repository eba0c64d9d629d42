"""Rate limits of password tries.

Guessing is limited by account and address, and by address. An attacker with many addresses is limited by account and in
total. Those two limits apply to unknown devices only: an agent on a device on which they signed in before has a limit
of their own that others cannot use up. Counted within one process: N web processes allow N times as many.
"""

import hashlib

from infra.clock import Clock
from infra.web.throttle import Throttle, network_of

PER_ACCOUNT_AND_ADDRESS = 5
PER_ADDRESS = 20
PER_DEVICE = 5
PER_ACCOUNT = 15
"""Limit for unknown devices."""
IN_ALL = 120
"""Limit for unknown devices."""


class SignInLimits:
    """Tries in the last minute; each limit above is a number per minute."""

    def __init__(self, clock: Clock) -> None:
        self._by_pair = Throttle(PER_ACCOUNT_AND_ADDRESS, clock)
        self._by_address = Throttle(PER_ADDRESS, clock)
        self._by_device = Throttle(PER_DEVICE, clock)
        self._by_account = Throttle(PER_ACCOUNT, clock)
        self._all = Throttle(IN_ALL, clock)

    def refusal(self, email: str, host: str, device: str | None) -> int | None:
        """Count a try; return None if it is allowed, otherwise the seconds until the next one may be made.

        `device` is the secret of a device that the account knows, None for any other.
        """
        for limit, name in self._limits(email, host, device):
            if not limit.allows(name):
                return limit.retry_after(name)
        return None

    def succeed(self, email: str, host: str, device: str | None) -> None:
        """Reset after a correct password: its own tries no longer count, and the others count one try less."""
        own, *others = self._limits(email, host, device)
        own[0].forget(own[1])
        self._take_back(others)

    def not_tried(self, email: str, host: str, device: str | None) -> None:
        """Take back a try whose password was not checked."""
        self._take_back(self._limits(email, host, device))

    def _limits(self, email: str, host: str, device: str | None) -> list[tuple[Throttle, str]]:
        account, address = _named(email.strip().lower()), network_of(host)
        if device is not None:
            return [(self._by_device, f"{_named(device)} {account}")]
        return [
            (self._by_pair, f"{account} {address}"),
            (self._by_address, address),
            (self._by_account, account),
            (self._all, ""),
        ]

    @staticmethod
    def _take_back(limits: list[tuple[Throttle, str]]) -> None:
        for limit, name in limits:
            limit.forgive(name)


def _named(text: str) -> str:
    """Return a name of fixed length: form input may be long."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
