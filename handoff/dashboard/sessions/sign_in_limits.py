"""How many passwords may be tried, and by whom.

Guessing is limited by account and address, and by address. An attacker with many addresses is limited by account and in
all, and those two limits concern unknown devices only: an agent on a machine on which they signed in before has a limit
of their own that nobody else can use up. Counted within one process: N web processes allow N times as many.
"""

import hashlib

from infra.clock import Clock
from infra.web.throttle import Throttle, network_of

PER_ACCOUNT_AND_ADDRESS = 5
PER_ADDRESS = 20
PER_DEVICE = 5
PER_ACCOUNT = 15
"""From unknown devices."""
IN_ALL = 120
"""From unknown devices."""


class SignInLimits:
    """Tries in the last minute; each limit above is a number a minute."""

    def __init__(self, clock: Clock) -> None:
        self._by_pair = Throttle(PER_ACCOUNT_AND_ADDRESS, clock)
        self._by_address = Throttle(PER_ADDRESS, clock)
        self._by_device = Throttle(PER_DEVICE, clock)
        self._by_account = Throttle(PER_ACCOUNT, clock)
        self._all = Throttle(IN_ALL, clock)

    def refusal(self, email: str, host: str, device: str | None) -> int | None:
        """Count a try; None where it is allowed, else the seconds after which the next one may be.

        `device` is the secret of a device that the account knows, None for any other.
        """
        for limit, name in self._limits(email, host, device):
            if not limit.allows(name):
                return limit.retry_after(name)
        return None

    def succeed(self, email: str, host: str, device: str | None) -> None:
        """The password was right: its own tries no longer count, and one try less for the others."""
        own, *others = self._limits(email, host, device)
        own[0].forget(own[1])
        self._take_back(others)

    def not_tried(self, email: str, host: str, device: str | None) -> None:
        """The password was not looked at: take back the try."""
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
    """A name of fixed length: what is typed into the form may be long."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
